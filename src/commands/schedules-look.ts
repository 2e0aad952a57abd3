import type { Host } from "../hosts/host.ts";
import { schedulesType } from "../release/instance-types.ts";
import type { Schedule } from "../project/project.ts";
import { lastEvidence, type RunEvidence } from "../schedules/evidence.ts";
import { whenText } from "../schedules/in-words.ts";
import { KeptFileFault } from "../schedules/kept-json.ts";
import { runningNow, type RunningRun } from "../schedules/running.ts";
import { schedulePlace, type SchedulePlace } from "../schedules/schedule-place.ts";
import { readSeenTo } from "../schedules/seen-to.ts";
import { readState, type Suspension } from "../schedules/suspension.ts";
import { nextRun } from "../schedules/times.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenSchedules } from "./schedules-open.ts";

/** What `cozy schedules` tells. */
export interface ScheduleList {
  readonly environment: string;
  readonly release: string;
  /** Whether the process that starts the runs is there. */
  readonly watched: boolean;
  /** Whether a supervisor answers that could have started it. */
  readonly supervised: boolean;
  readonly schedules: readonly ScheduleLook[];
}

export interface ScheduleLook extends Schedule {
  readonly name: string;
  /** `when` in words. */
  readonly inWords: string;
  /** The last start that something came of, or that was missed. */
  readonly lastRun: RunEvidence | null;
  /** Starts since then that fell into a run. */
  readonly skippedSince: number;
  readonly running: RunningRun | null;
  /** In milliseconds since the epoch; `null` while it is suspended or nothing watches the clock. */
  readonly nextRun: number | null;
  readonly suspended: Suspension | null;
  /** A file of it that can't be used: no run starts until that is put right. */
  readonly problem: string | null;
}

export async function lookAtSchedules(
  context: Pick<CommandContext, "now" | "signal">,
  opened: OpenSchedules,
  host: Pick<Host, "observe">,
): Promise<ScheduleList> {
  const { environment, release, schedules } = opened;
  const { instances, supervised } = await host.observe(context.signal);
  const watched = instances.some(
    ({ id, pid }) => id.release === release && id.type === schedulesType && pid !== undefined,
  );
  const looks = await Promise.all(
    Object.entries(schedules).map((entry) => lookAt(opened, entry, watched, context.now())),
  );
  return { environment, release, watched, supervised, schedules: looks };
}

async function lookAt(
  { folder }: OpenSchedules,
  [name, schedule]: readonly [string, Schedule],
  watched: boolean,
  now: number,
): Promise<ScheduleLook> {
  const place = schedulePlace(folder, name);
  // First, because a run whose process was killed becomes evidence by it.
  const { running, suspended, problem } = await standingOf(place, now);
  const evidence = await lastEvidence(place, 200);
  const last = evidence.findLastIndex(({ outcome }) => outcome !== "skipped");
  const next = watched && suspended === null && problem === null ? nextRun(schedule.when, now) : undefined;
  return {
    name,
    ...schedule,
    inWords: whenText(schedule.when),
    lastRun: evidence[last] ?? null,
    skippedSince: evidence.length - 1 - last,
    running,
    nextRun: next ?? null,
    suspended,
    problem,
  };
}

async function standingOf(
  place: SchedulePlace,
  now: number,
): Promise<Pick<ScheduleLook, "running" | "suspended" | "problem">> {
  try {
    const { run } = await runningNow(place, now);
    readSeenTo(place);
    return { running: run ?? null, suspended: readState(place).suspended, problem: null };
  } catch (error) {
    if (!(error instanceof KeptFileFault)) throw error;
    return { running: null, suspended: null, problem: error.message };
  }
}
