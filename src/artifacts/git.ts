import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { runProgram, type ProgramResult } from "./run-program.ts";

export interface GitRun {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs git; an exit code other than 0 is a result. */
export async function git(run: GitRun, signal: AbortSignal): Promise<ProgramResult> {
  const result = await runProgram(
    {
      // No hook of the user's may run, and a path is a path, whatever characters it holds.
      command: ["git", "--literal-pathspecs", "-c", "core.hooksPath=/dev/null", ...run.args],
      folder: run.folder,
      env: { ...gitEnvironment(process.env), ...run.env },
      timeoutMs: run.timeoutMs ?? 60_000,
      ...(run.input === undefined ? {} : { input: run.input }),
    },
    signal,
  );
  if (!result.notStarted) return result;
  if (!existsSync(run.folder)) {
    throw new CozyError("not-a-repository", {
      message: `There is no folder ${run.folder}.`,
      next: "Set app.folder in cozy.config.ts to the application's folder.",
    });
  }
  throw new CozyError("git-missing", {
    message: "The program git was not found on the PATH.",
    next: "Install git, then run the command again.",
  });
}

/** Runs git and gives its output; an exit code other than 0 is thrown. */
export async function gitOutput(run: GitRun, signal: AbortSignal): Promise<string> {
  const result = await git(run, signal);
  if (result.exitCode === 0) return result.stdout;
  throw gitFailed(run, result);
}

export function gitFailed(run: GitRun, result: ProgramResult): CozyError {
  const how = result.timedOut ? "did not end in time" : `ended with ${result.exitCode ?? result.signal}`;
  return new CozyError("git-failed", {
    message: `git ${run.args.join(" ")} ${how} in ${run.folder}.`,
    state: "Nothing was changed.",
    next: `Run the same git command in ${run.folder} to see why.`,
    details: result.tail.slice(-10),
  });
}

/** Whether this folder or one above it looks like a repository; tells "not a repository" from "git refuses this one". */
export function hasRepository(folder: string): boolean {
  if (existsSync(join(folder, ".git"))) return true;
  const parent = dirname(folder);
  return parent !== folder && hasRepository(parent);
}

/** What points git to another repository or index than the folder's own is dropped, such as what a git hook is started with. */
const kept = /^GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)|SSH(_COMMAND)?|LFS_.*)$/;

export function gitEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    if (name.startsWith("GIT_") && !kept.test(name)) continue;
    clean[name] = value;
  }
  return { ...clean, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0" };
}
