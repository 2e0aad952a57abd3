import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { machinePaths } from "../hosts/environment-paths.ts";
import type { DjangoApp } from "../project/input.ts";
import { normaliseDjango } from "../project/normalise-django.ts";
import type { App } from "../project/project.ts";
import { gitEnvironment } from "./git.ts";
import type { Workshop } from "./workshop.ts";

/** A folder that is removed when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "cozy-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export type Files = Readonly<Record<string, string>>;

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Runs git in a folder, with an author of its own. */
export function gitIn(folder: string, ...args: string[]): string {
  const author = ["-c", "user.name=tester", "-c", "user.email=tester@example.invalid"];
  return execFileSync("git", [...author, ...args], {
    cwd: folder,
    env: gitEnvironment(process.env),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A new repository with one commit of these files. */
export async function repositoryOf(files: Files): Promise<string> {
  const folder = await tempFolder();
  gitIn(folder, "init", "--quiet", "--initial-branch=main");
  await commit(folder, files, "First");
  return folder;
}

export async function commit(folder: string, files: Files, subject: string): Promise<string> {
  await writeFiles(folder, files);
  gitIn(folder, "add", "--all");
  gitIn(folder, "commit", "--quiet", "--allow-empty", "--message", subject);
  return gitIn(folder, "rev-parse", "HEAD").trim();
}

export async function testWorkshop(more: Partial<Workshop> = {}): Promise<Workshop> {
  return {
    machine: machinePaths({ COZY_HOME: await tempFolder() }, "/"),
    env: process.env,
    now: Date.now,
    signal: AbortSignal.timeout(180_000),
    ...more,
  };
}

/** With a runtime that stays from one test to the next: hashing a Node takes longer than most tests. */
export async function builderWorkshop(more: Partial<Workshop> = {}): Promise<Workshop> {
  const workshop = await testWorkshop(more);
  const runtimes = fileURLToPath(new URL("../../node_modules/.cache/cozy-test-runtimes", import.meta.url));
  return { ...workshop, machine: { ...workshop.machine, runtimes } };
}

/** The same with a Python, its uv and its trees, which take much longer still. */
export async function pythonWorkshop(more: Partial<Workshop> = {}): Promise<Workshop> {
  const workshop = await builderWorkshop({ signal: AbortSignal.timeout(180_000), ...more });
  const home = fileURLToPath(new URL("../../node_modules/.cache/cozy-test-home", import.meta.url));
  return { ...workshop, machine: { ...workshop.machine, home, trees: join(home, "trees") } };
}

/** The smallest Django application, from the fixtures. */
export async function djangoFiles(): Promise<Files> {
  const folder = fileURLToPath(new URL("../../test/fixtures/tiny-django", import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"));
  const texts = files.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name);
    return [file.slice(folder.length + 1), await readFile(file, "utf8")] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

export function djangoApp(more: Partial<DjangoApp> = {}): App {
  return normaliseDjango(
    { kind: "django", ...more },
    { engine: "python", version: ">=3.10", source: ".python-version" },
  );
}

export function testApp(more: Partial<App> = {}): App {
  return {
    stack: "node",
    django: undefined,
    schedules: {},
    seed: undefined,
    migrateBack: undefined,
    contract: [],
    console: ["node"],
    dev: { port: 3000, variables: {}, processes: {} },
    folder: ".",
    runtime: { engine: "node", version: process.versions.node, source: "cozy.config.ts" },
    build: { command: undefined, variables: {}, secrets: {}, timeoutMs: 30_000 },
    processes: {},
    migrate: undefined,
    static: undefined,
    variables: {},
    persist: [],
    ready: { path: "/", status: 200, timeoutMs: 1_000 },
    smoke: [],
    hooks: {},
    drain: { requestsMs: 0, streamsMs: 0 },
    ...more,
  };
}

/** An application with one small dependency, and one for development where asked. */
export function packageFiles(options: { development?: boolean } = {}): Files {
  const isNumber = {
    version: "7.0.0",
    integrity:
      "sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==",
  };
  const ms = {
    version: "2.1.3",
    integrity:
      "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
    dev: true,
  };
  const root = {
    name: "app",
    version: "1.0.0",
    dependencies: { "is-number": "7.0.0" },
    ...(options.development === true ? { devDependencies: { ms: "2.1.3" } } : {}),
  };
  const packages = {
    "": root,
    "node_modules/is-number": isNumber,
    ...(options.development === true ? { "node_modules/ms": ms } : {}),
  };
  const lock = { name: "app", version: "1.0.0", lockfileVersion: 3, requires: true, packages };
  return { "package.json": JSON.stringify(root), "package-lock.json": JSON.stringify(lock) };
}
