import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Edit } from "./applications.ts";
import { freePort } from "../test/support/sandbox.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("..", import.meta.url));

/** An example in a git repository of its own, with a cozy home of its own. */
export interface Stage {
  readonly project: string;
  readonly home: string;
  readonly port: number;
  readonly url: string;
  /** Runs the real CLI on this terminal. */
  cozy(args: readonly string[], options?: { readonly mayFail?: boolean }): Promise<void>;
  json<T>(args: readonly string[]): Promise<T>;
  /** Changes one place of one file and commits it. */
  edit(edit: Edit): Promise<void>;
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
    async cozy(args, { mayFail = false } = {}) {
      console.log(`\n$ cozy ${args.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" ")}`);
      const child = spawn(process.execPath, [binary, ...args], { cwd: project, env, stdio: "inherit" });
      const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
      if (code !== 0 && (signal.aborted || !mayFail))
        throw new Error(`cozy ${args.join(" ")} ended with ${code}`);
      if (code === 0 && mayFail) throw new Error(`cozy ${args.join(" ")} should have been refused`);
    },
    async json<T>(args: readonly string[]) {
      const { stdout } = await run(process.execPath, [binary, ...args, "--json"], {
        cwd: project,
        env,
        maxBuffer: 64e6,
      });
      return JSON.parse(stdout) as T;
    },
    async edit({ file, from, to, message }) {
      const path = join(project, file);
      const text = await readFile(path, "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not contain "${from}" any more`);
      await writeFile(path, text.replace(from, to));
      await commit(message);
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
