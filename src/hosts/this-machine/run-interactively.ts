import { spawn } from "node:child_process";
import type { EventEmitter } from "node:events";
import { constants } from "node:os";
import type { OnceRequest } from "../machine/once-request.ts";
import { withLimits } from "./run-once.ts";

export interface Terminal {
  /** Where this process's signals arrive. */
  readonly signals: EventEmitter;
  /** A Ctrl-C at a terminal reaches the command by itself; elsewhere it has to be passed on. */
  readonly atTerminal: boolean;
}

/** Runs a command with this terminal as its own and gives its exit code, as a shell would: 128 and the signal's number. */
export async function runInteractively(
  request: OnceRequest,
  { signals, atTerminal }: Terminal,
): Promise<number> {
  const [program = "", ...args] = withLimits(request.command, request.limits);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: request.folder,
      env: { ...request.variables },
      stdio: "inherit",
    });
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      signals.on(name, () => {
        if (name !== "SIGINT" || !atTerminal) child.kill(name);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve(notFound(program));
      else reject(error);
    });
    child.on("exit", (code, name) => resolve(code ?? 128 + (name ? constants.signals[name] : 0)));
  });
}

function notFound(program: string): number {
  process.stderr.write(`${program}: not found on the release's PATH\n`);
  return 127;
}
