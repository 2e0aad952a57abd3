import type { ScheduleTimes } from "../project/project.ts";
import { runsBetween } from "./times.ts";

const hourMs = 3_600_000;
/** Each is looked through only where the one before held too few: a pattern may mean every minute or one day in a leap year. */
const looksBackMs = [1, 24, 8 * 24, 70 * 24, 800 * 24, 9 * 366 * 24].map((hours) => hours * hourMs);

/** The second to last start that was due by now; `undefined` where there were not two in years. */
export function startBeforeLast(when: ScheduleTimes, now: number): number | undefined {
  if (when.kind === "every") return (Math.floor(now / when.everyMs) - 1) * when.everyMs;
  for (const backMs of looksBackMs) {
    const { times } = runsBetween(when, now - backMs, now, 100_000);
    const before = times.at(-2);
    if (before !== undefined) return before;
  }
  return undefined;
}
