import { isDeepStrictEqual } from "node:util";
import type { Schedule } from "../project/project.ts";
import type { StartedBy } from "./evidence.ts";
import type { SeenTo } from "./seen-to.ts";
import { isSuspendedAt, type ScheduleState } from "./suspension.ts";
import { runsBetween } from "./times.ts";

export interface Due {
  /** Starts that nobody was there for. */
  readonly missed:
    | { readonly starts: number; readonly first: number; readonly last: number; readonly more: boolean }
    | undefined;
  readonly start: { readonly due: number; readonly by: StartedBy } | undefined;
  /** What holds once both have been carried out. */
  readonly seenTo: SeenTo;
  /** Whether that has to be kept: no start may come again after a restart. */
  readonly changed: boolean;
  /** The clock was put back by so much that what was seen to says nothing any more. */
  readonly clockWentBack: boolean;
}

export interface DueQuestion {
  readonly schedule: Schedule;
  /** Absent for a schedule that was not there before. */
  readonly seenTo: SeenTo | undefined;
  readonly state: ScheduleState;
  readonly now: number;
}

/** A start this late still takes place: a deploy or a restart was in between. */
export const graceMs = 60_000;

/** A clock that is put back by less waits until it is there again, so that no start comes twice. */
const wentBackMs = 3_600_000;

/** What there is to be done about a schedule now. Pure. */
export function whatIsDue({ schedule, seenTo, state, now }: DueQuestion): Due {
  const clockWentBack = seenTo !== undefined && seenTo.until - now > wentBackMs;
  if (seenTo === undefined || clockWentBack) {
    const seen = fromNow(schedule, now);
    return { missed: undefined, start: undefined, seenTo: seen, changed: true, clockWentBack };
  }
  // What was to come up to now was promised by the times of then; other times count from now on.
  const { until, when } = seenTo;
  const ours = (at: number): boolean => !isSuspendedAt(state, at);
  const late = runsBetween(when, Math.max(until, now - graceMs), now).times;
  const recent = late.findLast(ours);
  const passed = runsBetween(when, until, recent === undefined ? now : recent - 1);
  const times = passed.times.filter(ours);
  const [first] = times;
  const last = times.at(-1);
  const missed =
    first === undefined || last === undefined
      ? undefined
      : { starts: times.length, first, last, more: passed.capped };
  return {
    missed,
    start: startOf(schedule, recent, last),
    seenTo: fromNow(schedule, Math.max(until, now)),
    changed: late.length + passed.times.length > 0 || !isDeepStrictEqual(when, schedule.when),
    clockWentBack,
  };
}

function startOf(
  { catchUp }: Schedule,
  recent: number | undefined,
  missed: number | undefined,
): Due["start"] {
  if (recent !== undefined) return { due: recent, by: "clock" };
  return catchUp && missed !== undefined ? { due: missed, by: "catch-up" } : undefined;
}

function fromNow({ when }: Schedule, until: number): SeenTo {
  return { format: 1, until, when };
}
