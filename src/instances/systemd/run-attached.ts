import { spawn } from "node:child_process";
import type { EventEmitter } from "node:events";
import type { OnceRequest } from "../../hosts/machine/once-request.ts";
import { endOnce, openOnce, type OnceParts } from "./run-once.ts";

export interface Attachment {
  /** Where this process's signals arrive. */
  readonly signals: EventEmitter;
  /** Whether the command gets a terminal of its own, to which this one's keys go. */
  readonly terminal: boolean;
}

/** How `control` ends where a command was not started at all. */
const notStarted = 125;

/**
 * Runs a command as the application's user, in the sandbox of its instances, with this process's standard input and output as its own, and
 * gives its exit code, as a shell would: 128 and the signal's number.
 */
export async function runAttached(
  parts: OnceParts,
  request: OnceRequest,
  { signals, terminal }: Attachment,
): Promise<number> {
  const opened = await openOnce(parts, request, { terminal });
  const over = new AbortController();
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= endOnce(parts, opened.command, over.signal);
  };
  // At a terminal a Ctrl-C goes to the command as a key.
  const heeded = terminal ? (["SIGTERM", "SIGHUP"] as const) : (["SIGINT", "SIGTERM", "SIGHUP"] as const);
  for (const name of heeded) signals.on(name, end);
  const ignore = () => undefined;
  if (terminal) signals.on("SIGINT", ignore);
  try {
    return await exitCodeOf(opened.command);
  } finally {
    for (const name of heeded) signals.off(name, end);
    signals.off("SIGINT", ignore);
    over.abort();
    await ending;
    await opened.close();
  }
}

function exitCodeOf([program = "", ...words]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // In a group of its own a Ctrl-C would not end `sudo` before the command has ended; a terminal is for the group in front.
    const child = spawn(program, words, { stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (exitCode) => resolve(exitCode ?? notStarted));
  });
}
