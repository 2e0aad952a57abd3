import type { ScheduleTimes } from "../project/project.ts";
import { durationText } from "../shared/duration.ts";

/** When a schedule runs, in words. */
export function describeTimes(when: ScheduleTimes): string {
  return when.kind === "every"
    ? `every ${durationText(when.everyMs)}`
    : `at ${when.patterns.join(" and ")} in ${when.timeZone}`;
}
