import { rm } from "node:fs/promises";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { identify, isAlive, type ProcessIdentity } from "../instances/process-identity.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { fileModeIn, makeFolderWithin, shareFile } from "../shared/shared-folder.ts";
import { appendEvidence, lastEvidence, type RunEvidence, type StartedBy } from "./evidence.ts";
import { isFields, readKeptJson } from "./kept-json.ts";
import type { SchedulePlace } from "./schedule-place.ts";

/** `running.json`: the run of a schedule that goes on now. It is the schedule's lock: one run at a time has it. */
export interface RunningRun {
  readonly format: 1;
  readonly id: string;
  readonly schedule: string;
  readonly release: string;
  readonly due: number | null;
  readonly by: StartedBy;
  readonly who?: string | undefined;
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly outputFile: string;
  /** The process that holds the run and writes its evidence. */
  readonly keeper: ProcessIdentity;
  /** The command itself, which leads a process group of its own; absent until it has been started. */
  readonly command?: ProcessIdentity | undefined;
}

export type Taken =
  | { readonly taken: true }
  /** Another run goes on. */
  | { readonly taken: false; readonly other: RunningRun }
  /** This very start has been seen to already, by an agent that was killed before it could note it. */
  | { readonly taken: false; readonly other: undefined };

/** Takes the schedule for a run, unless another run has it. What a dead one has left is settled first. */
export async function takeRun(place: SchedulePlace, run: RunningRun): Promise<Taken> {
  return underLock(place, async () => {
    await settle(place, run.startedAt);
    const other = readRunning(place);
    if (run.due !== null) {
      const before = [...(await lastEvidence(place, 50)), ...(other === undefined ? [] : [other])];
      const isDone = before.some(({ due, by }) => due === run.due && by === run.by);
      if (isDone) return { taken: false, other: undefined };
    }
    if (other !== undefined) return { taken: false, other };
    await writeRunning(place, run);
    return { taken: true };
  });
}

/** Notes the process of the command, so that it can be ended even after its keeper. */
export async function noteCommand(place: SchedulePlace, run: RunningRun): Promise<void> {
  await underLock(place, () => writeRunning(place, run));
}

/** Writes the evidence and gives the schedule free. */
export async function endRun(place: SchedulePlace, evidence: RunEvidence): Promise<void> {
  await underLock(place, async () => {
    await appendEvidence(place, evidence);
    await rm(place.running, { force: true });
  });
}

/** Evidence of a start that no run came of. */
export async function noteEvidence(place: SchedulePlace, evidence: RunEvidence): Promise<void> {
  await underLock(place, () => appendEvidence(place, evidence));
}

/** The run that goes on now, after settling one whose processes are gone; `lost` is the evidence of that one. */
export async function runningNow(
  place: SchedulePlace,
  now: number,
): Promise<{ readonly run: RunningRun | undefined; readonly lost: RunEvidence | undefined }> {
  if (readRunning(place) === undefined) return { run: undefined, lost: undefined };
  return underLock(place, async () => {
    const lost = await settle(place, now);
    return { run: readRunning(place), lost };
  });
}

/** The run that is noted as going on, whether or not its processes live. */
export function readRunning(place: SchedulePlace): RunningRun | undefined {
  return readKeptJson(place.running, isRunning);
}

/** A run goes on as long as its keeper or its command does. */
export function goesOn({ keeper, command }: RunningRun): boolean {
  return isAlive(keeper) || (command !== undefined && isAlive(command));
}

/** This process, as it is noted in `running.json`. */
export function thisProcess(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, mark: "unknown" };
}

async function settle(place: SchedulePlace, now: number): Promise<RunEvidence | undefined> {
  const run = readRunning(place);
  if (run === undefined) return undefined;
  if (goesOn(run)) {
    endOverdue(run, now);
    return undefined;
  }
  // Its keeper may have died between its evidence and its last step.
  const isTold = (await lastEvidence(place, 50)).some(({ id }) => id === run.id);
  const lost = isTold ? undefined : lostEvidence(run, now);
  if (lost !== undefined) await appendEvidence(place, lost);
  await rm(place.running, { force: true });
  return lost;
}

/** A command that has outlived its keeper has nobody else who minds its time-out. */
function endOverdue({ keeper, command, startedAt, timeoutMs }: RunningRun, now: number): void {
  if (command === undefined || isAlive(keeper) || now < startedAt + timeoutMs) return;
  try {
    process.kill(-command.pid, "SIGKILL");
  } catch {
    // It has ended in between.
  }
}

function isRunning(value: unknown): value is RunningRun {
  return (
    isFields(value) &&
    ["id", "schedule", "release", "by", "outputFile"].every((name) => typeof value[name] === "string") &&
    ["startedAt", "timeoutMs"].every((name) => typeof value[name] === "number") &&
    isIdentity(value["keeper"]) &&
    (value["command"] === undefined || isIdentity(value["command"]))
  );
}

function isIdentity(value: unknown): boolean {
  return isFields(value) && typeof value["pid"] === "number" && typeof value["mark"] === "string";
}

function lostEvidence(run: RunningRun, now: number): RunEvidence {
  const { id, schedule, release, due, startedAt, by, who, outputFile } = run;
  return {
    format: 1,
    id,
    schedule,
    release,
    due,
    startedAt,
    endedAt: now,
    outcome: "lost",
    exitCode: null,
    signal: null,
    by,
    who,
    outputFile,
    tail: [],
    note: "its process was gone, and had not written how it ended: the machine went off, or somebody killed it",
  };
}

async function writeRunning(place: SchedulePlace, run: RunningRun): Promise<void> {
  await writeAtomically(place.running, `${JSON.stringify(run)}\n`, fileModeIn(place.folder));
}

/** How long another may hold the lock, who only reads and writes a few lines. */
const lockWaitMs = 10_000;

async function underLock<T>(place: SchedulePlace, action: () => Promise<T>): Promise<T> {
  makeFolderWithin(place.folder);
  const lock = await exclusiveLock(place.lock, lockWaitMs);
  if (lock === undefined) throw new Error(`${place.lock} was held by another process for over 10 s`);
  try {
    shareFile(place.lock);
    return await action();
  } finally {
    lock.release();
  }
}
