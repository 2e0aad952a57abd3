import { spawn, type ChildProcess } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import { identify, type ProcessIdentity } from "../../instances/process-identity.ts";
import { endGroup, send } from "../../instances/supervisor/process-group.ts";
import { messageOf, systemCode } from "../../shared/thrown.ts";

export interface CommandRun {
  readonly command: readonly string[];
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How long it may take to end after SIGTERM. */
  readonly killAfterMs: number;
  readonly onLine: (line: string) => void;
  /** Must not fail; what it does is done before the end is told. */
  readonly onStart: (identity: ProcessIdentity) => Promise<void>;
  /** Aborted by whoever wants the run to end. */
  readonly stop: AbortSignal;
}

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly stopped: boolean;
}

/** What a shell says of a program that is not there, or can't be executed. */
const notFound = 127;
const notExecutable = 126;

/**
 * Runs a command to its end, in a process group of its own with just these variables. At its time-out, or when it is to stop, the whole
 * group gets SIGTERM, and later SIGKILL; what the command leaves behind in its group is ended with it.
 */
export async function runCommand(run: CommandRun): Promise<CommandEnd> {
  const [program = "", ...args] = run.command;
  const child = spawn(program, args, {
    cwd: run.folder,
    env: run.variables,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) return notStarted(child, run);
  const ended = endOf(child);
  const closed = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  readLines(child, run.onLine);
  const identity = identify(pid);
  const noted = identity === undefined ? undefined : run.onStart(identity);

  let why: "timed out" | "stopped" | undefined;
  let kill: NodeJS.Timeout | undefined;
  const end = (because: typeof why) => () => {
    why ??= because;
    send(-pid, "SIGTERM");
    kill ??= setTimeout(() => send(-pid, "SIGKILL"), run.killAfterMs);
  };
  const timer = setTimeout(end("timed out"), Math.min(run.timeoutMs, longestTimerMs));
  const stop = end("stopped");
  if (run.stop.aborted) stop();
  else run.stop.addEventListener("abort", stop, { once: true });

  const { exitCode, signal } = await ended;
  clearTimeout(timer);
  clearTimeout(kill);
  run.stop.removeEventListener("abort", stop);
  await endGroup(pid);
  await noted;
  // A program that has left the group may hold the pipes open for ever.
  await Promise.race([closed, new Promise((resolve) => void setTimeout(resolve, 1_000))]);
  return { exitCode, signal, timedOut: why === "timed out", stopped: why === "stopped" };
}

/** The longest that a timer of Node can wait. */
const longestTimerMs = 2 ** 31 - 1;

async function notStarted(child: ChildProcess, { command, onLine }: CommandRun): Promise<CommandEnd> {
  const error = await new Promise<Error>((resolve) => void child.once("error", resolve));
  const isMissing = systemCode(error) === "ENOENT";
  onLine(
    isMissing
      ? `${command[0]}: not found on the release's PATH`
      : `${command[0]} could not be started: ${messageOf(error)}`,
  );
  return {
    exitCode: isMissing ? notFound : notExecutable,
    signal: null,
    timedOut: false,
    stopped: false,
  };
}

function endOf(child: ChildProcess): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    // A signal that could not be sent is no end.
    child.on("error", () => undefined);
  });
}

/** A longer line comes in pieces, so that output without line ends can't fill the memory. */
const longestLine = 16 * 1024;

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (rest.length > longestLine) {
        onLine(rest);
        rest = "";
      }
    });
    stream?.on("end", () => {
      if (rest !== "") onLine(rest);
    });
  }
}
