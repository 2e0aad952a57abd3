import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Change, Edit } from "./applications.ts";
import { freePort } from "../test/support/sandbox.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("..", import.meta.url));

/** How a command is to end: 0 unless told otherwise. */
export interface Ending {
  readonly codes?: readonly number[];
}

/** An example in a git repository of its own, with a cozy home of its own. */
export interface Stage {
  readonly project: string;
  readonly home: string;
  readonly port: number;
  readonly url: string;
  /** Runs the real CLI on this terminal. */
  cozy(args: readonly string[], ending?: Ending): Promise<void>;
  json<T>(args: readonly string[]): Promise<T>;
  /** Changes files and commits them. */
  commit(change: Change): Promise<void>;
  /** Takes the last commits back, by another one. */
  revert(commits: number): Promise<void>;
  dispose(): Promise<void>;
}

export async function createStage(application: string, signal: AbortSignal): Promise<Stage> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "cozy-demo-")));
  const project = join(root, "cozywish");
  const home = join(root, "home");
  const port = await freePort();
  const env = {
    ...process.env,
    COZY_HOME: home,
    COZYWISH_PORT: String(port),
    GIT_AUTHOR_NAME: "Demo",
    GIT_AUTHOR_EMAIL: "demo@example.org",
    GIT_COMMITTER_NAME: "Demo",
    GIT_COMMITTER_EMAIL: "demo@example.org",
  };
  const binary = join(repository, "bin", "cozy.cjs");
  const git = (...args: string[]) => run("git", args, { cwd: project, env });
  const commit = async (message: string) => {
    await git("add", "-A");
    await git("commit", "-q", "-m", message);
  };
  await cp(join(repository, "examples", application), project, {
    recursive: true,
    filter: (source) =>
      !/\/(node_modules|dist|data|media|logs|staticfiles|__pycache__|\.venv|\.env)$/.test(source),
  });
  await writeFile(
    join(project, ".gitignore"),
    "node_modules\ndist\n.venv\n__pycache__\nstaticfiles\ndata\nmedia\n.env\n",
  );
  await git("init", "-q", "-b", "main");
  await commit("CozyWish");

  return {
    project,
    home,
    port,
    url: `http://127.0.0.1:${port}`,
    async cozy(args, { codes = [0] } = {}) {
      console.log(`\n$ cozy ${args.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" ")}`);
      const child = spawn(process.execPath, [binary, ...args], { cwd: project, env, stdio: "inherit" });
      const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
      if (signal.aborted || code === null || !codes.includes(code))
        throw new Error(`cozy ${args.join(" ")} ended with ${code} instead of ${codes.join(" or ")}`);
    },
    async json<T>(args: readonly string[]) {
      const { stdout } = await run(process.execPath, [binary, ...args, "--json"], {
        cwd: project,
        env,
        maxBuffer: 64e6,
      });
      return JSON.parse(stdout) as T;
    },
    async commit({ message, edits }) {
      for (const edit of edits) await carryOut(project, edit);
      await commit(message);
    },
    async revert(commits) {
      await git("revert", "--no-edit", `HEAD~${commits}..HEAD`);
    },
    async dispose() {
      await run(process.execPath, [binary, "stop", "local"], { cwd: project, env }).catch(
        (error: unknown) => {
          console.error(error);
          process.exitCode = 1;
        },
      );
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function carryOut(project: string, edit: Edit): Promise<void> {
  const path = join(project, edit.file);
  if ("text" in edit) return writeFile(path, edit.text);
  const text = await readFile(path, "utf8");
  if (!text.includes(edit.from)) throw new Error(`${edit.file} does not contain "${edit.from}" any more`);
  await writeFile(path, text.replaceAll(edit.from, edit.to));
}
