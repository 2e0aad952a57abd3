import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { OnceRequest } from "./run-once.ts";
import { withLimits } from "./run-once.ts";

/** Runs a command with this terminal as its own and gives its exit code, as a shell would: 128 and the signal's number. */
export async function runInteractively(request: OnceRequest, signal: AbortSignal): Promise<number> {
  const [program = "", ...args] = withLimits(request.command, request.limits);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: request.folder,
      env: { ...request.variables },
      stdio: "inherit",
    });
    // A Ctrl-C at the terminal reaches the child by itself; a signal sent to cozy alone is passed on.
    const passOn = (): void => void child.kill("SIGTERM");
    signal.addEventListener("abort", passOn, { once: true });
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return resolve(notFound(program));
      reject(error);
    });
    child.on("exit", (code, name) => {
      signal.removeEventListener("abort", passOn);
      resolve(code ?? 128 + (name ? constants.signals[name] : 0));
    });
  });
}

function notFound(program: string): number {
  process.stderr.write(`${program}: not found on the release's PATH\n`);
  return 127;
}
