import { spawn } from "node:child_process";
import { basename } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { withDeadline } from "../shared/deadline.ts";
import { programEnvironment } from "./program-environment.ts";

export interface ProgramOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
  /** Beside what all programs of a lab have. */
  readonly env?: Readonly<Record<string, string>>;
  /** The output goes there and not into the result, which then holds nothing. */
  readonly onLine?: (line: string) => void;
}

export interface ProgramResult {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const usualTimeoutMs = 30_000;
const tailLines = 12;

/** Runs a program to its end; what it says is an error unless it exits with 0. */
export async function runProgram(
  command: readonly string[],
  signal: AbortSignal,
  options: ProgramOptions = {},
): Promise<string> {
  const result = await tryProgram(command, signal, options);
  if (result.exitCode === 0) return result.stdout;
  throw new CozyError("lab-program-failed", {
    message: `\`${command.join(" ")}\` exited with ${result.exitCode ?? "a signal"}.`,
    details: tailOf(`${result.stdout}\n${result.stderr}`),
  });
}

/** The same where a failure is an answer. */
export async function tryProgram(
  command: readonly string[],
  signal: AbortSignal,
  { timeoutMs = usualTimeoutMs, input, env = {}, onLine }: ProgramOptions = {},
): Promise<ProgramResult> {
  const [program = "", ...args] = command;
  return withDeadline(signal, timeoutMs, basename(program), async (limited) => {
    const child = spawn(program, args, {
      stdio: "pipe",
      env: programEnvironment(env),
      signal: limited,
      killSignal: "SIGKILL",
    });
    const stdout = collected(child.stdout, onLine);
    const stderr = collected(child.stderr, onLine);
    // A program that ends without reading its input is no failure of ours.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    return { exitCode, stdout: stdout(), stderr: stderr() };
  });
}

export function tailOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-tailLines);
}

function collected(stream: NodeJS.ReadableStream, onLine: ProgramOptions["onLine"]): () => string {
  let text = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
    if (onLine === undefined) return;
    const lines = text.split("\n");
    // Of what is long and shown line by line, only the end is of use when it fails.
    text = lines.slice(-tailLines).join("\n");
    for (const line of chunk.split("\n")) if (line.trim() !== "") onLine(line.trim());
  });
  return () => text;
}
