import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { CozyError } from "../errors/cozy-error.ts";
import { explanationOf, namesIn } from "./missed-variables.ts";
import { runProgram, type OutputStream, type ProgramResult } from "./run-program.ts";

export interface BuildRun {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly logFile: string;
  /** Where the log of a build that fails will be, for the error. */
  readonly keptLog: string;
  /** Names that the release has when it runs, and the build has not. */
  readonly runTimeNames: readonly string[];
  readonly redact: (line: string) => string;
  readonly onOutput: ((stream: OutputStream, line: string) => void) | undefined;
}

/** Runs the project's build command; its output goes to the log and to the caller line by line, with secrets blotted out. */
export async function runBuild(build: BuildRun, signal: AbortSignal): Promise<void> {
  const log = createWriteStream(build.logFile, { flags: "a" });
  let lost: Error | undefined;
  log.on("error", (error) => (lost = error));
  log.write(`$ ${build.redact(build.command.join(" "))}\n`);
  const missed = new Set<string>();
  const onLine = (stream: OutputStream, text: string): void => {
    const line = build.redact(text);
    log.write(`${line}\n`);
    build.onOutput?.(stream, line);
    for (const name of namesIn(line, build.runTimeNames)) missed.add(name);
  };
  let result: ProgramResult;
  try {
    result = await runProgram({ ...build, onLine }, signal);
  } finally {
    log.end();
    if (!log.closed) await once(log, "close");
  }
  if (lost !== undefined) throw lost;
  if (result.exitCode !== 0) throw failed(build, result, [...missed]);
}

function failed(build: BuildRun, result: ProgramResult, missed: readonly string[]): CozyError {
  const command = build.redact(build.command.join(" "));
  const details = result.tail.slice(-30).map(build.redact);
  const state = `No artifact was made, and nothing that serves was touched. The whole output is in ${build.keptLog}.`;
  if (result.notStarted) {
    return new CozyError("build-command-missing", {
      message: `The build command \`${command}\` can't be run: there is no program ${build.command[0]}.`,
      state,
      next: `Set build.command in cozy.config.ts to a program of the dependencies or of the system; the PATH was ${build.env["PATH"]}.`,
    });
  }
  if (result.timedOut) {
    return new CozyError("build-timed-out", {
      message: `The build command \`${command}\` did not end within ${Math.round(build.timeoutMs / 1000)} s.`,
      state,
      next: "Raise build.timeout in cozy.config.ts, or see in the output what it waits for.",
      details,
    });
  }
  const how =
    result.exitCode === undefined ? `was ended by ${result.signal}` : `ended with ${result.exitCode}`;
  return new CozyError("build-failed", {
    message: `The build command \`${command}\` ${how}.${explanationOf(missed)}`,
    state,
    next: "Correct it until the command succeeds in a clean checkout of the commit, commit that, and deploy again.",
    details,
  });
}
