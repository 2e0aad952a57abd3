import { join } from "node:path";
import type { Schedule } from "../../project/project.ts";
import { redactor } from "../../secrets/redactor.ts";
import { messageOf } from "../../shared/thrown.ts";
import type { RunEvidence, StartedBy } from "../evidence.ts";
import { isBad, outcomeText } from "../run-text.ts";
import { endRun, noteCommand, noteEvidence, takeRun, thisProcess, type RunningRun } from "../running.ts";
import { schedulePlace, type SchedulePlace } from "../schedule-place.ts";
import { readRunRelease, readRunVariables, type RunRelease, type RunVariables } from "./release-files.ts";
import { runCommand, type CommandEnd } from "./run-command.ts";
import { pruneOutput, RunOutput } from "./run-output.ts";

export interface RunRequest {
  readonly releaseFolder: string;
  /** The environment's folder of schedules. */
  readonly schedules: string;
  readonly name: string;
  readonly id: string;
  readonly due: number | null;
  readonly by: StartedBy;
  readonly who?: string | undefined;
}

export interface RunSurroundings {
  readonly now: () => number;
  /** Aborted by whoever wants the run to end. */
  readonly stop: AbortSignal;
  /** Tells what somebody has to know; it stands in the agent's log. */
  readonly say: (line: string) => void;
  readonly killAfterMs?: number;
}

/** `undefined` where another run, or an earlier one of the same start, has the schedule. */
export async function performRun(
  request: RunRequest,
  around: RunSurroundings,
): Promise<RunEvidence | undefined> {
  const place = schedulePlace(request.schedules, request.name);
  const release = readRunRelease(request.releaseFolder);
  const schedule = release.schedules[request.name];
  if (schedule === undefined) throw new Error(`release ${release.id} has no schedule ${request.name}`);
  const run = runningRun(request, release, schedule, around.now());
  const taken = await takeRun(place, run);
  if (!taken.taken) {
    if (taken.other !== undefined && request.by !== "hand") await skip(place, run, taken.other, around);
    return undefined;
  }
  const output = new RunOutput(join(place.folder, run.outputFile));
  const end = await carryOut(place, request, { run, release, schedule, output }, around);
  output.close();
  const evidence = evidenceOf(run, end, output.lastLines(tailLines).map(shortened), around.now());
  // Told first: a full disk may refuse the evidence.
  if (isBad(evidence)) around.say(failureText(evidence));
  await endRun(place, evidence);
  pruneOutput(place.output);
  return evidence;
}

const tailLines = 20;
const noVariables: RunVariables = { variables: {}, secrets: [] };
const killAfterMs = 10_000;

interface Parts {
  readonly run: RunningRun;
  readonly release: RunRelease;
  readonly schedule: Schedule;
  readonly output: RunOutput;
}

async function carryOut(
  place: SchedulePlace,
  request: RunRequest,
  { run, release, schedule, output }: Parts,
  around: RunSurroundings,
): Promise<CommandEnd> {
  try {
    const isOwn = release.own.has(run.schedule);
    const { variables, secrets } = isOwn ? noVariables : readRunVariables(request.releaseFolder);
    const redact = redactor(secrets);
    return await runCommand({
      command: schedule.run,
      folder: release.appFolder,
      variables: { ...variables, COZY_SCHEDULE: run.schedule, COZY_RUN: run.id },
      timeoutMs: schedule.timeoutMs,
      killAfterMs: around.killAfterMs ?? killAfterMs,
      onLine: (line) => output.add(redact(line)),
      // Without the note the run goes on all the same; only a command that outlives its keeper would not be known.
      onStart: (command) => noteCommand(place, { ...run, command }).catch(() => undefined),
      stop: around.stop,
    });
  } catch (error) {
    output.add(`It could not be started: ${messageOf(error)}`);
    return { exitCode: 126, signal: null, timedOut: false, stopped: false };
  }
}

function runningRun(
  { id, name, due, by, who }: RunRequest,
  release: RunRelease,
  { timeoutMs }: Schedule,
  startedAt: number,
): RunningRun {
  return {
    format: 1,
    id,
    schedule: name,
    release: release.id,
    due,
    by,
    who,
    startedAt,
    timeoutMs,
    outputFile: join("output", `${id}.log`),
    keeper: thisProcess(),
  };
}

async function skip(
  place: SchedulePlace,
  run: RunningRun,
  other: RunningRun,
  { now, say }: RunSurroundings,
): Promise<void> {
  const at = now();
  const evidence: RunEvidence = {
    ...common(run),
    startedAt: at,
    endedAt: at,
    outcome: "skipped",
    exitCode: null,
    signal: null,
    outputFile: null,
    tail: [],
    otherRanForMs: at - other.startedAt,
  };
  say(failureText(evidence));
  await noteEvidence(place, evidence);
}

function evidenceOf(run: RunningRun, end: CommandEnd, tail: readonly string[], endedAt: number): RunEvidence {
  const { exitCode, signal, timedOut, stopped } = end;
  const ended = exitCode === 0 ? "succeeded" : "failed";
  return {
    ...common(run),
    startedAt: run.startedAt,
    endedAt,
    exitCode,
    signal,
    outcome: timedOut ? "timed-out" : stopped ? "stopped" : ended,
    outputFile: run.outputFile,
    tail,
  };
}

function common({ id, schedule, release, due, by, who }: RunningRun) {
  return { format: 1, id, schedule, release, due, by, who } as const;
}

/** Evidence is read from its file's end, so a line of it stays small; the output has all. */
function shortened(line: string): string {
  return line.length <= 300 ? line : `${line.slice(0, 300)} …`;
}

/** One line, with where to read on. */
function failureText(evidence: RunEvidence): string {
  const last = evidence.tail.at(-1);
  const said = last === undefined ? "" : `: ${last}`;
  return `${evidence.schedule}: run ${evidence.id} ${outcomeText(evidence)}${said}`;
}
