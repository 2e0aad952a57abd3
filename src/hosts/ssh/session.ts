import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { systemCode } from "../../errors/cozy-error.ts";
import { programMissing, type Variables } from "./run-ssh.ts";

/** How a local program ended; `null` where a signal ended it. */
export interface Ended {
  readonly exitCode: number | null;
}

export interface Session {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

/**
 * Starts `ssh` or `rsync` with pipes. In a process group of its own: Ctrl-C is cozy's to act on, and what runs on a host must not end
 * before cozy says so.
 */
export function startSession(command: readonly string[], env: Variables): Session {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env: { ...env }, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  // A command may end before it has read its input; how it ended is told by its exit code.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", (error) => reject(systemCode(error) === "ENOENT" ? programMissing(program) : error));
    child.once("close", (exitCode) => resolve({ exitCode }));
  });
  return { child, ended };
}

/** Ends a session with the signal, and gives back what was hung on it. */
export function endOnAbort({ child }: Session, signal: AbortSignal): () => void {
  const onAbort = () => child.kill("SIGTERM");
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  return () => signal.removeEventListener("abort", onAbort);
}
