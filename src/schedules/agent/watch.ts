import { rmSync } from "node:fs";
import type { Schedule } from "../../project/project.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import { durationText, momentText } from "../../shared/duration.ts";
import { fileModeIn, makeFolderWithin } from "../../shared/shared-folder.ts";
import { messageOf } from "../../shared/thrown.ts";
import { whatIsDue, type Due } from "../due.ts";
import { lastEvidence, type RunEvidence, type StartedBy } from "../evidence.ts";
import { outcomeText } from "../run-text.ts";
import { noteEvidence, runningNow } from "../running.ts";
import { knownSchedules, schedulePlace, type SchedulePlace } from "../schedule-place.ts";
import { readSeenTo } from "../seen-to.ts";
import { readState } from "../suspension.ts";
import { nextRun } from "../times.ts";

export interface WatchParts {
  readonly release: string;
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** The environment's folder of schedules. */
  readonly folder: string;
  readonly now: () => number;
  readonly newId: (at: number) => string;
  /** Starts a run as a process of its own; resolves once that process is there. */
  readonly start: (run: {
    readonly name: string;
    readonly id: string;
    readonly due: number;
    readonly by: StartedBy;
  }) => Promise<void>;
  /** Tells what somebody has to know. */
  readonly say: (line: string) => void;
}

/** How long a look at the clock may hold: it can be set, and a machine can sleep, while nothing here notices. */
export const longestWaitMs = 30_000;

/** Sees to every schedule once, and says how long to wait until the next look. */
export async function lookAtTheClock(parts: WatchParts): Promise<number> {
  const { schedules, now } = parts;
  let wait = longestWaitMs;
  for (const [name, schedule] of Object.entries(schedules)) {
    try {
      const next = await seeTo(parts, schedulePlace(parts.folder, name), schedule);
      if (next !== undefined) wait = Math.min(wait, next - now());
    } catch (error) {
      // One schedule's damaged file, or a full disk, is no reason to leave the others alone.
      parts.say(`${name}: ${messageOf(error)}`);
    }
  }
  return Math.max(0, wait);
}

/**
 * Forgets up to when schedules were seen to that this release has no more: should one come back, nobody has missed what it would have
 * had meanwhile. Called once, when the watch begins.
 */
export function forgetOthers({
  schedules,
  folder,
  say,
}: Pick<WatchParts, "schedules" | "folder" | "say">): void {
  for (const name of knownSchedules(folder).filter((known) => !Object.hasOwn(schedules, known))) {
    try {
      rmSync(schedulePlace(folder, name).clock, { force: true });
    } catch (error) {
      say(`${name}: ${messageOf(error)}`);
    }
  }
}

/** The next start, or `undefined` where there is none. */
async function seeTo(
  parts: WatchParts,
  place: SchedulePlace,
  schedule: Schedule,
): Promise<number | undefined> {
  const { now, say } = parts;
  makeFolderWithin(place.folder);
  const { lost } = await runningNow(place, now());
  if (lost !== undefined) say(`${place.name}: run ${lost.id} ${outcomeText(lost)}`);

  const at = now();
  const due = whatIsDue({ schedule, seenTo: readSeenTo(place), state: readState(place), now: at });
  if (due.clockWentBack) say(`${place.name}: the clock was put back; starts count from ${momentText(at)} on`);
  if (due.missed !== undefined) await noteMissed(parts, place, due.missed);
  if (due.start !== undefined) {
    const late = at - due.start.due;
    if (late > 2_000) say(`${place.name}: starts ${durationText(late)} late`);
    await parts.start({ name: place.name, id: parts.newId(at), ...due.start });
  }
  // After the start, not before it: a start that is noted and never made would be seen by nobody. One that comes twice is refused.
  if (due.changed) {
    await writeAtomically(place.clock, `${JSON.stringify(due.seenTo)}\n`, fileModeIn(place.folder));
  }
  return nextRun(schedule.when, due.seenTo.until);
}

async function noteMissed(
  { release, now, newId, say }: WatchParts,
  place: SchedulePlace,
  { starts, first, last, more }: NonNullable<Due["missed"]>,
): Promise<void> {
  const before = await lastEvidence(place, 50);
  if (before.some(({ outcome, due }) => outcome === "missed" && due === last)) return;
  const at = now();
  const evidence: RunEvidence = {
    format: 1,
    id: newId(at),
    schedule: place.name,
    release,
    due: last,
    startedAt: at,
    endedAt: at,
    outcome: "missed",
    exitCode: null,
    signal: null,
    by: "clock",
    outputFile: null,
    tail: [],
    missed: { starts, first, more },
  };
  const when = starts === 1 ? momentText(last) : `${momentText(first)} to ${momentText(last)}`;
  say(`${place.name}: ${outcomeText(evidence)} (${when}), because nothing was there to start it`);
  await noteEvidence(place, evidence);
}
