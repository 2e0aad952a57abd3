import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cozyBinary, createSandbox, served, type Sandbox } from "../support/sandbox.ts";

const run = promisify(execFile);
const oldest = "22.15.0";

/** The floor of the package, for real: the CLI, the agents and the release on the oldest Node that is promised. */
describe(`on Node ${oldest}`, () => {
  let folder: string;
  let node: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cozy-oldest-"));
    const name = `node-${process.platform}-${process.arch}`;
    await run("npm", [
      "install",
      "--prefix",
      folder,
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      `${name}@${oldest}`,
    ]);
    node = join(folder, "node_modules", name, "bin", "node");
    expect((await run(node, ["--version"])).stdout.trim()).toBe(`v${oldest}`);
    sandbox = await createSandbox();
  });
  afterAll(async () => {
    await sandbox.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("deploys, tells and rolls back, without a warning of Node's own", async () => {
    const env = { ...sandbox.env, PATH: `${join(node, "..")}:${sandbox.env["PATH"]}` };
    const cozy = (...args: string[]) => run(node, [cozyBinary, ...args], { cwd: sandbox.project, env });
    const first = await cozy("deploy", "staging");
    expect(first.stderr).toBe("");
    await sandbox.commit({ "version.txt": "two\n" });
    await cozy("deploy", "staging");
    expect((await served(sandbox.url)).version).toBe("two");
    expect((await cozy("status", "staging")).stdout).toContain("serves");
    await cozy("rollback", "staging");
    expect((await served(sandbox.url)).version).toBe("one");
    expect((await cozy("run", "staging", "--", "node", "--version")).stdout.trim()).toBe(`v${oldest}`);
  });
});
