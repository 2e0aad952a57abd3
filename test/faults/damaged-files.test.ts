import { readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let root: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  root = join(sandbox.home, "environments", "tiny-staging");
  await sandbox.ok(["deploy", "staging"]);
  await sandbox.commit({ "version.txt": "two\n" });
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

/** Spoils a file, runs the command, expects a clear error and the file as it was spoilt, and mends it. */
async function spoilt(file: string, text: string, args: readonly string[]): Promise<string> {
  const before = await readFile(file, "utf8");
  await writeFile(file, text);
  try {
    const { code, stderr } = await sandbox.cozy(args);
    expect([1, 2]).toContain(code);
    expect(stderr).not.toContain("    at ");
    expect(await readFile(file, "utf8")).toBe(text);
    expect((await served(sandbox.url)).version).toBe("two");
    return stderr;
  } finally {
    await writeFile(file, before);
  }
}

const newer = async (file: string): Promise<string> =>
  (await readFile(file, "utf8")).replace(/"format": ?1/, '"format":99');

describe("a file that is damaged or of a newer format", () => {
  it("the project file", async () => {
    const file = join(sandbox.project, "cozy.config.ts");
    expect(await spoilt(file, "export default defineProject({", ["deploy", "staging"])).toContain(
      "cozy.config.ts:1",
    );
    const wrong = tinyConfig(sandbox.port).replace("port:", "prot:");
    expect(await spoilt(file, wrong, ["deploy", "staging"])).toMatch(/did you mean.*port/i);
  });

  it("the newest journal", async () => {
    const names = (await readdir(join(root, "journals"))).toSorted();
    const journal = names.findLast((name) => name.endsWith(".jsonl")) ?? "";
    const file = join(root, "journals", journal);
    expect(await spoilt(file, "{ this is no journal\n", ["deploy", "staging"])).toContain("journal-damaged");
    expect(await spoilt(file, `${(await newer(file)).split("\n")[0]}\n`, ["deploy", "staging"])).toContain(
      "journal-newer",
    );
  });

  it("the lease", async () => {
    const folder = join(root, "lease");
    const file = join(folder, "lease.json");
    expect(await spoilt(file, "not json", ["deploy", "staging"])).toContain("lease-damaged");
    expect(await spoilt(file, await newer(file), ["deploy", "staging"])).toContain("lease-newer");
  });

  it("the route table", async () => {
    const file = join(root, "run", await readlink(join(root, "run", "routes")), "table.json");
    expect(await spoilt(file, "not json", ["deploy", "staging"])).toContain("routes-damaged");
    expect(await spoilt(file, await newer(file), ["deploy", "staging"])).toContain("routes-too-new");
  });

  it("what the supervisor keeps: it goes on, and says so to whoever asks for a new one", async () => {
    const file = join(root, "supervisor", "state.json");
    const before = await readFile(file, "utf8");
    expect(JSON.parse(before)).toMatchObject({ format: 1 });
    expect((await served(sandbox.url)).version).toBe("two");
  });

  it("and after all of that a deploy goes on as if nothing had been", async () => {
    await sandbox.commit({ "version.txt": "three\n" });
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("three");
  });
});
