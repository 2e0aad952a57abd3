import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { isPopulated } from "./cgroup.ts";
import type { Command } from "./network-commands.ts";
import { programEnvironment } from "./program-environment.ts";

/** Starts a program that outlives this process, as a member of the cgroup from its first moment on, with its output in a file. */
export async function startInCgroup(
  cgroup: string,
  command: Command,
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const log = await open(logFile, "a", 0o600);
  try {
    const [program = "", ...args] = inCgroup(cgroup, command);
    const child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
      cwd: "/",
      env: programEnvironment(env),
    });
    await new Promise((resolve, reject) => {
      child.on("spawn", resolve);
      child.on("error", reject);
    });
    // Who looks whether it still runs must not look before it has joined.
    while (child.exitCode === null && !(await isPopulated(cgroup))) await setTimeout(1);
    child.unref();
  } finally {
    await log.close();
  }
}

/** The same command, which first joins the cgroup: its process and all that it starts can be found and ended there. */
export function inCgroup(cgroup: string, command: Command): Command {
  return ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', cgroup, ...command];
}
