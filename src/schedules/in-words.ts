import type { ScheduleTimes } from "../project/project.ts";
import { weekdays } from "../project/schema/schedules.ts";
import { durationText, dayMs } from "../shared/duration.ts";
import { listed } from "../shared/words.ts";

/** When a schedule runs, as a person would say it: `every 15 min`, `at 03:30 on Monday and Friday, Europe/Zurich`. */
export function whenText(when: ScheduleTimes): string {
  if (when.kind === "every") return `every ${intervalText(when.everyMs)}`;
  const days = when.patterns.map(timeOfDay);
  const [first] = days;
  if (first !== undefined && days.every((day) => day?.days === first.days)) {
    const times = days.flatMap((day) => day?.time ?? []).sort();
    return `at ${listed(times)}${daysText(first.days)}, ${when.timeZone}`;
  }
  return `by cron ${when.patterns.map((pattern) => `"${pattern}"`).join(" and ")}, ${when.timeZone}`;
}

function intervalText(everyMs: number): string {
  if (everyMs % dayMs === 0) return everyMs === dayMs ? "day" : `${everyMs / dayMs} days`;
  const text = durationText(everyMs);
  return text === "1 h" ? "hour" : text === "1 min" ? "minute" : text;
}

/** A pattern that means one time of the day. */
function timeOfDay(pattern: string): { readonly time: string; readonly days: string } | undefined {
  const [, minute, hour, days] = /^(\d+) (\d+) \* \* (\*|[0-7](?:,[0-7])*)$/.exec(pattern) ?? [];
  if (minute === undefined || hour === undefined || days === undefined) return undefined;
  return { time: `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`, days };
}

function daysText(days: string): string {
  if (days === "*") return "";
  const numbers = [...new Set(days.split(",").map((day) => (Number(day) + 6) % 7))].sort((a, b) => a - b);
  return ` on ${listed(numbers.map((day) => capital(weekdays[day] ?? "")))}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
