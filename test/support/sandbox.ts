import { execFile } from "node:child_process";
import { cp, mkdtemp, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
export const cozyBinary = join(repository, "bin", "cozy.cjs");

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of its own in a git repository of its own, with a cozy home of its own; nothing outlives `dispose`. */
export interface Sandbox {
  readonly project: string;
  readonly home: string;
  readonly port: number;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  cozy(args: readonly string[], options?: { readonly env?: NodeJS.ProcessEnv }): Promise<CliResult>;
  /** The same, and a failure is the test's. */
  ok(args: readonly string[], options?: { readonly env?: NodeJS.ProcessEnv }): Promise<CliResult>;
  json<T>(args: readonly string[]): Promise<T>;
  /** Writes files and commits them; gives the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface SandboxOptions {
  readonly fixture?: string;
  readonly config?: (port: number) => string;
  readonly home?: string;
  /** What is stopped at the end: `staging` unless told otherwise. */
  readonly environment?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "cozy-story-")));
  const project = join(root, "project");
  const home = options.home ?? join(root, "home");
  const port = await freePort();
  await cp(options.fixture ?? join(repository, "test", "fixtures", "tiny-app"), project, {
    recursive: true,
    filter: (source) =>
      !/\/(node_modules|dist|data|media|logs|staticfiles|__pycache__|\.venv|\.env)$/.test(source),
  });
  await writeFile(join(project, "cozy.config.ts"), (options.config ?? tinyConfig)(port));
  await writeFile(
    join(project, ".gitignore"),
    "node_modules\ndist\n.venv\n__pycache__\nstaticfiles\n.env*\n!.env.example\n",
  );
  const env: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    COZY_HOME: home,
    GIT_AUTHOR_NAME: "Tester",
    GIT_AUTHOR_EMAIL: "tester@example.org",
    GIT_COMMITTER_NAME: "Tester",
    GIT_COMMITTER_EMAIL: "tester@example.org",
    NO_COLOR: "1",
    CI: "1",
    ...options.env,
  };
  const git = (...args: string[]) => run("git", args, { cwd: project, env });
  await git("init", "-q", "-b", "main");
  const commitAll = async (message: string) => {
    await git("add", "-A");
    await git("commit", "-q", "--allow-empty", "-m", message);
    return (await git("rev-parse", "HEAD")).stdout.trim();
  };
  await commitAll("first");

  const cozy: Sandbox["cozy"] = async (args, more = {}) => runCozy(args, project, { ...env, ...more.env });
  const sandbox: Sandbox = {
    project,
    home,
    port,
    url: `http://127.0.0.1:${port}`,
    env,
    cozy,
    async ok(args, more) {
      const result = await cozy(args, more);
      if (result.code !== 0) {
        throw new Error(
          `cozy ${args.join(" ")} ended with ${result.code}\n${result.stdout}\n${result.stderr}`,
        );
      }
      return result;
    },
    async json<T>(args: readonly string[]) {
      return JSON.parse((await sandbox.ok([...args, "--json"])).stdout) as T;
    },
    async commit(files, message = "change") {
      for (const [file, text] of Object.entries(files)) await writeFile(join(project, file), text);
      return commitAll(message);
    },
    write: (file, text) => writeFile(join(project, file), text),
    async dispose() {
      await cozy(["stop", options.environment ?? "staging"]);
      await rm(root, { recursive: true, force: true });
    },
  };
  return sandbox;
}

export async function runCozy(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cozyBinary, ...args],
      { cwd, env, maxBuffer: 64e6 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 128;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

/** The project file of the fixture application, with what most stories need; its instances get ready in time on a busy machine too. */
export function tinyConfig(port: number, more = "", appMore = ""): string {
  return `import { defineProject, disk, node, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "tiny",
  app: node({
    runtime: ">=22.15",
    build: { command: ["node", "build.js"] },
    processes: { web: { command: ["node", "server.js"], count: 2, stopTimeout: "5s" } },
    migrate: ["node", "migrate.js"],
    static: { folder: "dist/static", url: "/static/" },
    variables: { COLOUR: "blue" },
    persist: ["data"],
    ready: { path: "/ready", timeout: "60s" },
    smoke: [{ path: "/", status: 200, text: "version" }],
    ${appMore}
  }),
  environments: {
    staging: { target: thisMachine({ port: ${port} }), database: sqlite(), media: disk(), ${more} },
  },
});
`;
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** What the site answers now; throws when it does not answer well. */
export async function served(
  url: string,
): Promise<{ version: string; release: string; instance: string; pid: number; colour: string }> {
  const response = await fetch(`${url}/`);
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  return (await response.json()) as {
    version: string;
    release: string;
    instance: string;
    pid: number;
    colour: string;
  };
}

/** Command lines of the processes that were started from a folder or work in it, as the system sees them. */
export async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await run("ps", ["-eo", "pid=,args="]);
  const lines = stdout.split("\n").map((line) => line.trim());
  const working = await Promise.all(
    lines.map(async (line) =>
      (await readlink(`/proc/${line.split(" ")[0]}/cwd`).catch(() => "")).startsWith(folder),
    ),
  );
  return lines.filter((line, index) => line.includes(folder) || working[index] === true);
}

/** Waits until something holds, for longer than a busy machine takes; a throw counts as not yet. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    const asked = performance.now();
    if (await holds().catch(() => false)) return;
    // Most questions start a program. Asked without a rest, they would take the core from what is waited for.
    await setTimeout(Math.max(50, performance.now() - asked));
  }
  throw new Error(`${what}: not within ${withinMs / 1000} seconds`);
}
