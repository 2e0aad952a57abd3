import { type ProgramResult, runProgram } from "../artifacts/run-program.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { durationText } from "../shared/duration.ts";
import type { DevLog, StepOutcome } from "./dev-log.ts";
import { typed } from "./platform.ts";
import type { Workplace } from "./workplace.ts";

/** What a step of the set-up came to; `detail` completes the line that tells it. */
export interface StepResult {
  readonly outcome: StepOutcome;
  readonly detail: string;
}

export interface StepPorts {
  readonly log: DevLog;
  readonly signal: AbortSignal;
}

/** Runs a command of a step in the developer's environment, its output in the log; an exit code other than 0 is the step's failure. */
export async function runInStep(
  step: string,
  command: readonly string[],
  place: Pick<Workplace, "folder" | "env">,
  { log, signal }: StepPorts,
): Promise<{ readonly tookMs: number; readonly lastLine: string | undefined }> {
  const since = performance.now();
  let lastLine: string | undefined;
  const result = await runProgram(
    {
      command,
      folder: place.folder,
      env: place.env,
      timeoutMs: 30 * 60_000,
      onLine: (stream, line) => {
        if (line.trim() !== "") lastLine = line;
        log.tell({ type: "line", process: step, stream, line });
      },
    },
    signal,
  );
  if (result.exitCode !== 0) throw failed(step, command, result);
  return { tookMs: Math.round(performance.now() - since), lastLine };
}

export function took(tookMs: number): string {
  return `in ${durationText(tookMs)}`;
}

function failed(step: string, command: readonly string[], result: ProgramResult): CozyError {
  const how = result.notStarted
    ? "could not be started: it is not on the PATH"
    : result.timedOut
      ? "did not end in time"
      : `ended with ${result.exitCode === undefined ? (result.signal ?? "a signal") : `exit code ${result.exitCode}`}`;
  return new CozyError("setup-step-failed", {
    message: `${step}: \`${typed(command)}\` ${how}.`,
    details: result.tail.slice(-12),
    state: "The steps before it are done; they will find nothing to do the next time.",
    next: `Correct what the lines above say, then: cozy dev --setup`,
  });
}
