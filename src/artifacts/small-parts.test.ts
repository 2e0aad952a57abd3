import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";
import { inParallel } from "./in-parallel.ts";
import { hasStrings, readKept, writeKept } from "./kept-file.ts";
import { redactor } from "../secrets/redactor.ts";
import { isTempName, sweepTemps, tempName } from "./temp-name.ts";
import { tempFolder } from "./testing.ts";

describe("canonical JSON", () => {
  it("reads back as the same value, and does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

describe("work in parallel", () => {
  it("keeps to its width and to the items' order", async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item));
      running--;
      return item * 2;
    });
    expect(results).toEqual([10, 2, 8, 4, 6]);
    expect(most).toBe(2);
  });

  it("begins nothing after a failure, and throws it when all has ended", async () => {
    const begun: number[] = [];
    const run = inParallel([0, 1, 2, 3], 2, async (item) => {
      begun.push(item);
      await new Promise((resolve) => setTimeout(resolve, item * 20));
      if (item === 0) throw new Error("no");
    });
    await expect(run).rejects.toThrow("no");
    expect(begun).toEqual([0, 1]);
  });
});

describe("redaction", () => {
  const redact = redactor(["hunter2!x", "line one\nline two", "a b&c", "no", "half\ud800"]);

  it("blots out secrets, their single lines and their encoded forms", () => {
    expect(redact("password=hunter2!x.")).toBe("password=[REDACTED].");
    expect(redact("key: line two")).toBe("key: [REDACTED]");
    expect(redact("https://host/?q=a%20b%26c")).toBe("https://host/?q=[REDACTED]");
    expect(redact(Buffer.from("hunter2!x").toString("base64"))).toBe("[REDACTED]");
  });

  it("leaves lines without one, and does not blot out words for a value of two letters", () => {
    expect(redact("no news")).toBe("no news");
  });
});

describe("temporary names", () => {
  it("of processes that are gone are swept, ours and others' are not", async () => {
    const folder = await tempFolder();
    const ours = tempName(join(folder, "ours"));
    const gone = join(folder, "gone.tmp-4194304999-0123abcd-0");
    const earlierWithOurPid = join(folder, `earlier.tmp-${process.pid}-00000000-0`);
    const living = join(folder, `living.tmp-${process.ppid}-0123abcd-0`);
    for (const name of [ours, gone, earlierWithOurPid, living])
      await mkdir(join(name, "in"), { recursive: true });
    await writeFile(join(folder, "kept"), "");

    const swept = await sweepTemps(folder);

    expect(swept.map((name) => name.replace(/\..*/, "")).toSorted()).toEqual(["earlier", "gone"]);
    expect((await readdir(folder)).length).toBe(3);
    expect(isTempName(ours)).toBe(true);
    expect(await sweepTemps(join(folder, "none"))).toEqual([]);
  });
});

describe("a kept file", () => {
  const isNamed = (value: unknown): value is { name: string } => hasStrings(value, "name");

  it("is read as it was written, with the mode asked for", async () => {
    const file = join(await tempFolder(), "kept.json");
    await writeKept(file, { format: 1, name: "a" }, 0o600);
    expect(await readKept(file, isNamed)).toMatchObject({ name: "a" });
    expect(await readKept(`${file}.none`, isNamed)).toBeUndefined();
    expect(await readdir(join(file, ".."))).toEqual(["kept.json"]);
  });

  it.each([
    ["{", "kept-file-damaged"],
    ["[]", "kept-file-damaged"],
    ['{"name":"a"}', "kept-file-damaged"],
    ['{"format":1.5,"name":"a"}', "kept-file-damaged"],
    ['{"format":1,"name":2}', "kept-file-damaged"],
    ['{"format":2,"name":"a"}', "kept-file-newer"],
  ])("of %s is refused and left", async (text, code) => {
    const file = join(await tempFolder(), "kept.json");
    await writeFile(file, text);
    await expect(readKept(file, isNamed)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(file),
    });
    expect(await readFile(file, "utf8")).toBe(text);
  });
});
