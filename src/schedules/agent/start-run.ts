import { spawn } from "node:child_process";
import type { RunRequest } from "./perform-run.ts";

/** The first argument of a process that carries out one run. */
export const runWord = "run";

/** `argv` of a process that carries out one run, after Node and the script. */
export function runArguments(request: RunRequest): string[] {
  return [runWord, JSON.stringify(request)];
}

/**
 * Starts the process of a run: in a session of its own, so that it goes on whatever becomes of this one, and without variables, which the
 * command gets from the release itself: `NODE_OPTIONS` of an application, or the name of an instance, are not this process's.
 */
export async function startRun(script: string, request: RunRequest): Promise<void> {
  const child = spawn(process.execPath, [script, ...runArguments(request)], {
    cwd: "/",
    env: {},
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
}
