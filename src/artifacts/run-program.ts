import { Tail } from "./tail.ts";

export type OutputStream = "stdout" | "stderr";

export interface ProgramRun {
  readonly command: readonly string[];
  readonly folder: string;
  /** The whole environment of the process: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly input?: string;
  /** Called for every line of both streams, as they come. */
  readonly onLine?: (stream: OutputStream, line: string) => void;
}

export interface ProgramResult {
  /** `undefined` when it was ended by a signal or never began. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** The program was not found or can't be executed. */
  readonly notStarted: boolean;
  readonly stdout: string;
  /** The last lines of both streams, for an error message. */
  readonly tail: readonly string[];
}

/**
 * Runs a program and whatever it starts; at the deadline or on abort all of them are told to end, and killed two seconds later. An
 * exit code other than 0 is a result and no error; an abort throws the signal's reason.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<ProgramResult> {
  signal.throwIfAborted();
  const [program = "", ...args] = run.command;
  // Loaded here: commands that run no program start sooner without it.
  const { execa } = await import("execa");
  const tail = new Tail(200);
  const subprocess = execa(program, args, {
    cwd: run.folder,
    env: run.env,
    extendEnv: false,
    reject: false,
    killDescendants: true,
    forceKillAfterDelay: 2_000,
    timeout: run.timeoutMs,
    cancelSignal: signal,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    ...(run.input === undefined ? { stdin: "ignore" as const } : { input: run.input }),
    buffer: { stdout: run.onLine === undefined, stderr: false },
  });
  const listen = (stream: OutputStream) => (line: string) => {
    tail.add(line);
    run.onLine?.(stream, line);
  };
  splitLines(subprocess.stderr, listen("stderr"));
  if (run.onLine !== undefined) splitLines(subprocess.stdout, listen("stdout"));
  // A daemon that the program left behind would hold its pipes open for ever.
  let straggling: NodeJS.Timeout | undefined;
  subprocess.nodeChildProcess.once("exit", () => {
    straggling = setTimeout(() => killGroup(subprocess.pid), 200);
  });

  const result = await subprocess;
  clearTimeout(straggling);
  if (signal.aborted) throw signal.reason;
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    notStarted: subprocess.pid === undefined,
    stdout: typeof result.stdout === "string" ? result.stdout : "",
    tail: tail.lines(),
  };
}

/** A line longer than this is told in pieces, so that output without line ends can't fill the memory. */
const longestLine = 16 * 1024;

function splitLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream === null) return;
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (rest.length > longestLine) {
      onLine(rest);
      rest = "";
    }
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody was left in the group, as it should be.
  }
}
