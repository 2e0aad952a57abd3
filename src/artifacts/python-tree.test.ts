import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KeptTree } from "./kept-runtime.ts";
import { readPythonDependencies } from "./python-dependencies.ts";
import { findInstaller } from "./python-installer.ts";
import { keepPython, type PythonRuntime } from "./python-store.ts";
import { keepPythonTree } from "./python-tree.ts";
import { chooseRuntime } from "./runtime.ts";
import { pythonWorkshop, tempFolder, writeFiles, type Files } from "./testing.ts";
import { uvEnvironment } from "./program-environment.ts";
import type { Workshop } from "./workshop.ts";

/** A small package without others, as an index has it. */
const sqlparse = {
  "requirements.txt": [
    "sqlparse==0.5.3 \\",
    "    --hash=sha256:09f67787f56a0b16ecdbde1bfc7f5d9c3371ca683cfeaa8e6ff60b4807ec9272 \\",
    "    --hash=sha256:cf2196ed3418f3ba5de6af7e82c694a9fbdbfecccdfc72e281548517081f16ca\n",
  ].join("\n"),
};

async function freshWorkshop(more: Partial<Workshop> = {}): Promise<Workshop> {
  const workshop = await pythonWorkshop(more);
  return { ...workshop, machine: { ...workshop.machine, trees: join(await tempFolder(), "trees") } };
}

async function keeping(
  files: Files,
  workshop: Workshop,
): Promise<{ tree: KeptTree; runtime: PythonRuntime }> {
  const folder = await tempFolder();
  await writeFiles(folder, files);
  const dependencies = await readPythonDependencies(folder, undefined);
  const choice = await chooseRuntime({ engine: "python", version: ">=3.10", source: "x" }, workshop);
  const runtime = await keepPython(choice, workshop);
  const tree = await keepPythonTree(
    { folder, dependencies, runtime, variables: {}, timeoutMs: 60_000 },
    workshop,
  );
  return { tree, runtime };
}

async function wheels(): Promise<string> {
  const folder = await tempFolder();
  await writeFiles(folder, sqlparse);
  const args = [
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--dest",
    folder,
    "--requirement",
    join(folder, "requirements.txt"),
  ];
  execFileSync("python3", args);
  return folder;
}

/** Everything of a tree that could hold the path of the place it was made at. */
async function texts(tree: KeptTree): Promise<string> {
  const bin = join(tree.folder, "bin");
  const names = (await readdir(bin, { withFileTypes: true })).filter((entry) => entry.isFile());
  const files = [...names.map(({ name }) => join(bin, name)), join(tree.folder, "pyvenv.cfg")];
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

function asksItself(tree: KeptTree, runtime: PythonRuntime): void {
  const question = "import sys, sqlparse; print(sys.prefix, sys.base_prefix, sqlparse.__cached__)";
  const python = join(tree.folder, "bin", "python");
  const [prefix, base, bytecode = ""] = execFileSync(python, ["-c", question], { encoding: "utf8" })
    .trim()
    .split(" ");
  expect([prefix, base]).toEqual([tree.folder, runtime.folder]);
  expect(bytecode.startsWith(tree.folder)).toBe(true);
  const version = execFileSync(join(tree.folder, "bin", "sqlformat"), ["--version"], { encoding: "utf8" });
  expect(version.trim()).toBe("0.5.3");
}

describe("a tree of Python packages", { timeout: 180_000 }, () => {
  it("is installed by hashes, once for racing builders, valid where it is, and then without a network", async () => {
    const workshop = await freshWorkshop();
    const [{ tree, runtime }, same] = await Promise.all([
      keeping(sqlparse, workshop),
      keeping(sqlparse, workshop),
    ]);

    expect(same.tree).toEqual(tree);
    expect(await readdir(workshop.machine.trees)).toEqual([tree.hash]);
    asksItself(tree, runtime);
    const text = await texts(tree);
    expect(text).toContain(`#!${tree.folder}/bin/python`);
    expect(text).not.toMatch(/\.tmp-/);
    expect(JSON.parse(await readFile(tree.sbom, "utf8"))).toMatchObject({
      bomFormat: "CycloneDX",
      components: [{ name: "sqlparse", version: "0.5.3", purl: "pkg:pypi/sqlparse@0.5.3" }],
    });
    const unplugged = { ...workshop, env: { ...process.env, PIP_INDEX_URL: "http://127.0.0.1:9/" } };
    expect((await keeping(sqlparse, unplugged)).tree).toEqual(tree);
  });

  it("has bytecode that no clock decides, and nothing is written into it when it is used", async () => {
    const { tree } = await keeping(sqlparse, await freshWorkshop());
    const files = (await readdir(tree.folder, { recursive: true })).filter((name) => name.endsWith(".pyc"));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const head = await readFile(join(tree.folder, file));
      // The flag of bytecode by hash that is not held against the source.
      expect(head.readUInt32LE(4)).toBe(1);
      expect(head.includes(".tmp-")).toBe(false);
    }
    execFileSync(join(tree.folder, "bin", "sqlformat"), ["--version"]);
    const after = (await readdir(tree.folder, { recursive: true })).filter((name) => name.endsWith(".pyc"));
    expect(after.toSorted()).toEqual(files.toSorted());
  });

  it("comes from where pip is told to look, by uv as by pip", async () => {
    const found = await wheels();
    const env = {
      ...process.env,
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: found,
      UV_CACHE_DIR: await tempFolder(),
    };
    const byUv = await freshWorkshop({ env });
    await findInstaller(await pythonWorkshop());
    expect(await findInstaller(byUv)).toMatchObject({ kind: "uv" });
    const { tree, runtime } = await keeping(sqlparse, byUv);
    asksItself(tree, runtime);

    // Without a uv on the machine, and with no index to have one from.
    const withoutUv = await freshWorkshop({ env: { ...env, PATH: await pathWithoutUv() } });
    const byPip = { ...withoutUv, machine: { ...withoutUv.machine, home: await tempFolder() } };
    expect(await findInstaller(byPip)).toMatchObject({ kind: "pip" });
    const second = await keeping(sqlparse, byPip);
    asksItself(second.tree, second.runtime);
    expect(await texts(second.tree)).not.toMatch(/\.tmp-/);
    expect(JSON.parse(await readFile(second.tree.sbom, "utf8"))).toMatchObject({
      components: [{ name: "sqlparse" }],
    });
  });

  it("is installed by uv's lock file too", async () => {
    const workshop = await freshWorkshop();
    const installer = await findInstaller(workshop);
    if (installer.kind !== "uv") throw new Error("uv could not be had");
    const folder = await tempFolder();
    const project = {
      "pyproject.toml":
        '[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["sqlparse==0.5.3"]\n[dependency-groups]\ndev = ["asgiref"]\n',
    };
    await writeFiles(folder, project);
    const choice = await chooseRuntime({ engine: "python", version: ">=3.10", source: "x" }, workshop);
    const runtime = await keepPython(choice, workshop);
    execFileSync(installer.program, ["lock", "--quiet", "--python", runtime.python], {
      cwd: folder,
      env: uvEnvironment(process.env),
    });
    const files = { ...project, "uv.lock": await readFile(join(folder, "uv.lock"), "utf8") };
    const { tree } = await keeping(files, workshop);
    asksItself(tree, runtime);
    expect(await texts(tree)).not.toMatch(/\.tmp-/);
    const { components } = JSON.parse(await readFile(tree.sbom, "utf8")) as {
      components: { name: string }[];
    };
    expect(components.map(({ name }) => name)).toEqual(["sqlparse"]);
  });

  it("that differs from its hash, or that nobody has, is refused with what was said", async () => {
    const workshop = await freshWorkshop();
    const wrong = { "requirements.txt": `sqlparse==0.5.3 --hash=sha256:${"0".repeat(64)}\n` };
    await expect(keeping(wrong, workshop)).rejects.toMatchObject({
      code: "dependencies-failed",
      message: expect.stringContaining(
        "The packages of requirements.txt could not be installed for Python 3.",
      ),
      details: expect.arrayContaining([expect.stringContaining("sqlparse")]),
    });
    await expect(keeping({ "requirements.txt": "sqlparse==99.99\n" }, workshop)).rejects.toMatchObject({
      code: "dependencies-failed",
      fault: "yours",
    });
    expect(await readdir(workshop.machine.trees)).toEqual([]);
  });

  it("that can't be fetched is the outside world's fault, and leaves nothing", async () => {
    const index = `http://127.0.0.1:${await closedPort()}/simple/`;
    const env = {
      ...process.env,
      PIP_INDEX_URL: index,
      UV_CACHE_DIR: await tempFolder(),
      UV_HTTP_RETRIES: "0",
    };
    const workshop = await freshWorkshop({ env });
    await findInstaller(await pythonWorkshop());
    await expect(keeping(sqlparse, workshop)).rejects.toMatchObject({
      code: "registry-unreachable",
      fault: "outside",
      message: expect.stringContaining(new URL(index).host),
    });
    expect(await readdir(workshop.machine.trees)).toEqual([]);
  });
});

/** Where nobody listens: the network is gone. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function pathWithoutUv(): Promise<string> {
  const folders = (process.env["PATH"] ?? "").split(":");
  const without = await Promise.all(
    folders.map(async (folder) => !(await readdir(folder).catch((): string[] => [])).includes("uv")),
  );
  return folders.filter((_, index) => without[index]).join(":");
}
