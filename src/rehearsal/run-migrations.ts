import type { CommandResult } from "../hosts/host.ts";
import { durationText } from "../shared/duration.ts";
import { statementText, type Recorder } from "./recorder.ts";
import type { Scratch } from "./scratch.ts";
import type { Finding } from "./verdict.ts";

export interface MigrationRun {
  readonly scratch: Scratch;
  readonly recorder: Recorder;
  readonly release: string;
  readonly command: readonly string[];
  /** The variable that tells it where the database is, and the file that it is to find there. */
  readonly variable: string;
  readonly file: string;
  readonly withinMs: number;
}

export interface MigrationResult {
  /** Why it failed; `undefined` where it did not. */
  readonly fault: string | undefined;
  readonly details: readonly string[];
  readonly durationMs: number;
}

/** Runs a migrate command of a release on a database beside the one of its instances, and ends it where it takes too long. */
export async function runMigrations(run: MigrationRun, signal: AbortSignal): Promise<MigrationResult> {
  const { scratch, recorder, release, command, withinMs } = run;
  const known = (await recorder.failed()).length;
  const deadline = AbortSignal.timeout(Math.min(withinMs, 2 ** 31 - 1));
  const start = performance.now();
  const variables = { [run.variable]: `sqlite:///${run.file}` };
  let result: CommandResult | undefined;
  try {
    result = await scratch.run({ release, command, variables }, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) throw error;
  }
  const durationMs = performance.now() - start;
  const name = command.join(" ");
  if (result?.exitCode === 0) return { fault: undefined, details: [], durationMs };
  const how =
    result === undefined
      ? `did not end within ${durationText(withinMs)}`
      : `ended with ${result.signal ?? `exit code ${result.exitCode}`}`;
  const failed = (await recorder.failed()).slice(known).map((one) => `statement: ${statementText(one)}`);
  return {
    fault: `${name} ${how}`,
    details: [...new Set(failed)].slice(-5).concat(result?.tail.slice(-12) ?? []),
    durationMs,
  };
}

export function migrationFinding(name: string, result: MigrationResult, good: string): Finding {
  const { fault, details, durationMs } = result;
  return fault === undefined
    ? { name, outcome: "pass", text: good, durationMs }
    : { name, outcome: "fail", text: fault, durationMs, ...(details.length > 0 && { details }) };
}
