import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canaryFiles, watchedReleases } from "./evidence-file.ts";
import { sampleEvidence } from "./testing/evidence-sample.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-canaries-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the evidence of a canary", () => {
  it("is read as it was written, and only its user can read it", async () => {
    const files = canaryFiles(join(folder, "new"));
    const evidence = sampleEvidence();
    expect(await files.read(evidence.release)).toBeUndefined();
    await files.write(evidence);
    expect(await files.read(evidence.release)).toEqual(JSON.parse(JSON.stringify(evidence)));
    expect((await stat(join(folder, "new", `${evidence.release}.json`))).mode & 0o777).toBe(0o600);
  });

  it("keeps an evidence beyond all numbers as a very large one", async () => {
    const files = canaryFiles(folder);
    const evidence = sampleEvidence();
    const [metric] = evidence.verdict?.metrics ?? [];
    if (!evidence.verdict || !metric) throw new Error("the sample has a verdict");
    await files.write({
      ...evidence,
      verdict: { ...evidence.verdict, metrics: [{ ...metric, eValue: Infinity }] },
    });
    expect((await files.read(evidence.release))?.verdict?.metrics[0]?.eValue).toBe(Number.MAX_VALUE);
  });

  it.each([
    ["{", "kept-file-damaged"],
    [`{"format":1,"release":"new"}`, "kept-file-damaged"],
    [`{"format":2}`, "kept-file-newer"],
  ])("%s is refused and left as it is", async (text, code) => {
    await writeFile(join(folder, "new.json"), text);
    await expect(canaryFiles(folder).read("new")).rejects.toMatchObject({ code });
    expect(await readFile(join(folder, "new.json"), "utf8")).toBe(text);
  });

  it("is found by release, the newest first", async () => {
    expect(await watchedReleases(join(folder, "nothing"))).toEqual([]);
    for (const release of ["20261124-120000-a", "20261125-120000-b"])
      await canaryFiles(folder).write({ ...sampleEvidence(), release });
    await writeFile(join(folder, "20261126-120000-c.json.123.tmp"), "");
    expect(await watchedReleases(folder)).toEqual(["20261125-120000-b", "20261124-120000-a"]);
  });
});
