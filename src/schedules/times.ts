import { Cron } from "croner";
import type { ScheduleTimes } from "../project/project.ts";
import { nextChange, offsetAt } from "./time-zone.ts";

/**
 * The first start after an instant, in milliseconds since the epoch; `undefined` where there is none. Where clocks are put forward, a
 * time that does not exist that day comes once, right after the gap. Where they are put back, a time that exists twice comes once, the
 * first time; a pattern for every hour of the day goes on through both.
 */
export function nextRun(when: ScheduleTimes, after: number): number | undefined {
  if (when.kind === "every") return (Math.floor(after / when.everyMs) + 1) * when.everyMs;
  const starts = when.patterns.flatMap((pattern) => nextOfPattern(pattern, when.timeZone, after) ?? []);
  return starts.length === 0 ? undefined : Math.min(...starts);
}

/** Starts that were due in a span of time. */
export interface DueTimes {
  readonly times: readonly number[];
  /** There were more than are listed. */
  readonly capped: boolean;
}

/** The starts after `from`, up to and with `to`, oldest first; no more than `most` of them. */
export function runsBetween(when: ScheduleTimes, from: number, to: number, most = 1_000): DueTimes {
  const times: number[] = [];
  for (let at = nextRun(when, from); at !== undefined && at <= to; at = nextRun(when, at)) {
    if (times.length === most) return { times, capped: true };
    times.push(at);
  }
  return { times, capped: false };
}

/** What is wrong with a pattern of cron, as the rest of a sentence that begins with its name. */
export function cronFault(pattern: string): string | undefined {
  const fields = pattern.trim().split(/\s+/);
  if (fields.length !== 5) {
    const count = fields.length === 1 ? "1 field" : `${fields.length} fields`;
    return `has ${count}, and must have five: minute, hour, day of month, month, day of week`;
  }
  try {
    return slotAfter(pattern, 0) === undefined ? "names a day that never comes" : undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
    return `is no pattern of cron: ${why}`;
  }
}

/**
 * The library only counts through the pattern, on clocks that nobody puts forward or back; which instant a time on the zone's own
 * clocks means is found here, one span of unchanged clocks after the other.
 */
function nextOfPattern(pattern: string, timeZone: string, after: number): number | undefined {
  let from = after;
  // Since when the clocks have been `offset` ahead, as far as it matters.
  let since = after;
  let offset = offsetAt(after, timeZone);
  for (;;) {
    const slot = slotAfter(pattern, from + offset);
    if (slot === undefined) return undefined;
    const instant = slot - offset;
    const change = nextChange(timeZone, since, instant);
    if (change === undefined) {
      if (isEveryHour(pattern) || !isSecondTime(slot, instant, timeZone)) return instant;
      from = instant;
      continue;
    }
    const changed = offsetAt(change, timeZone);
    if (slot < change + changed) {
      // Only where clocks go forward can a time lie between those before and those after the change.
      return change;
    }
    from = change - 1;
    since = change;
    offset = changed;
  }
}

/** Whether the zone's clocks have shown this time before, since they were put back in between. */
function isSecondTime(slot: number, instant: number, timeZone: string): boolean {
  const earlier = offsetAt(instant - 86_400_000, timeZone);
  const first = slot - earlier;
  return first < instant && offsetAt(first, timeZone) === earlier;
}

function isEveryHour(pattern: string): boolean {
  return /^\*(\/1)?$/.test(pattern.trim().split(/\s+/)[1] ?? "");
}

const patterns = new Map<string, Cron>();

/** The first time after another that fits, both on clocks that show UTC. */
function slotAfter(pattern: string, after: number): number | undefined {
  let cron = patterns.get(pattern);
  if (cron === undefined) {
    cron = new Cron(pattern, { mode: "5-part", timezone: "UTC" });
    patterns.set(pattern, cron);
  }
  return cron.nextRun(new Date(after))?.getTime();
}
