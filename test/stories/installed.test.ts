import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, served, tinyConfig, until } from "../support/sandbox.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const npm = { npm_config_audit: "false", npm_config_fund: "false", npm_config_loglevel: "error" };

/** The package as a user gets it: packed, and installed from the tarball. */
let root: string;
let tarball: string;
const env = () => ({ ...process.env, ...npm, COZY_HOME: join(root, "home"), NO_COLOR: "1", CI: "1" });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "cozy-installed-"));
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", root], {
    cwd: repository,
    env: env(),
  });
  tarball = join(root, stdout.trim().split("\n").at(-1) ?? "");
});
afterAll(async () => rm(root, { recursive: true, force: true }));

async function project(name: string): Promise<{ folder: string; port: number }> {
  const folder = join(root, name);
  const port = await freePort();
  await cp(join(repository, "test", "fixtures", "tiny-app"), folder, { recursive: true });
  await writeFile(join(folder, "cozy.config.ts"), tinyConfig(port).replace('"tiny"', `"${name}"`));
  await writeFile(join(folder, ".gitignore"), "node_modules\ndist\n");
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...args], { cwd: folder });
  await git("init", "-q", "-b", "main");
  await git("add", "-A");
  await git("commit", "-q", "-m", "first");
  return { folder, port };
}

describe("the package", () => {
  it("works installed in a project, and brings no other packages with it", async () => {
    const { folder, port } = await project("inside");
    await run("npm", ["install", "--no-save", tarball], { cwd: folder, env: env() });
    expect((await run("ls", [join(folder, "node_modules")])).stdout.trim()).toBe("cozywish");
    const cozy = (...args: string[]) => run("npx", ["cozy", ...args], { cwd: folder, env: env() });
    try {
      await cozy("deploy", "staging");
      expect((await served(`http://127.0.0.1:${port}`)).version).toBe("one");
    } finally {
      await cozy("stop", "staging");
    }
  });

  it("works installed elsewhere, for a project that has not installed it, and outlives its own removal", async () => {
    const { folder, port } = await project("outside");
    const prefix = join(root, "global");
    await mkdir(prefix);
    await run("npm", ["install", "--global", "--prefix", prefix, tarball], { cwd: root, env: env() });
    const cozy = (...args: string[]) =>
      run(process.execPath, [join(prefix, "bin", "cozy"), ...args], { cwd: folder, env: env() });
    try {
      await cozy("deploy", "staging");
      await rm(join(prefix, "lib"), { recursive: true });
      const url = `http://127.0.0.1:${port}`;
      process.kill((await served(url)).pid, "SIGKILL");
      const pids = new Set<number>();
      await until("two answer again", async () => pids.add((await served(url)).pid).size === 2);
      expect((await served(url)).version).toBe("one");
    } finally {
      await run("npm", ["install", "--global", "--prefix", prefix, tarball], { cwd: root, env: env() });
      await cozy("stop", "staging");
    }
  });

  it("says in one line that a Node is too old", async () => {
    const script = (await readFile(join(repository, "bin", "cozy.cjs"), "utf8")).replace(
      "process.versions.node.split",
      '"20.11.1".split',
    );
    await writeFile(join(root, "old.cjs"), script);
    const result = await run(process.execPath, [join(root, "old.cjs"), "--help"]).then(
      () => undefined,
      (error: { code: number; stderr: string }) => error,
    );
    expect(result?.code).toBe(2);
    expect(result?.stderr).toMatch(/^cozy needs Node 22\.15 or newer; this is Node [\d.]+\.\n$/);
  });
});
