import type { Schedule as ScheduleInput, ScheduleOverride, ScheduleTimes as TimesInput } from "./input.ts";
import { words } from "./normalise-parts.ts";
import type { Schedule, ScheduleTimes } from "./project.ts";
import { weekdays } from "./schema/schedules.ts";
import { durationMs } from "./units.ts";

export function normaliseSchedule(input: ScheduleInput): Schedule {
  return {
    run: words(input.run),
    when: normaliseTimes(input),
    timeoutMs: durationMs(input.timeout ?? "1h"),
    catchUp: input.catchUp ?? false,
  };
}

/** The application's schedules with an environment's own times; those that it has switched off are left out. */
export function overriddenSchedules(
  schedules: Readonly<Record<string, Schedule>>,
  overrides: Readonly<Record<string, ScheduleOverride>>,
): Record<string, Schedule> {
  return Object.fromEntries(
    Object.entries(schedules).flatMap(([name, schedule]) => {
      const override = overrides[name];
      if (override === undefined) return [[name, schedule]];
      return override === false ? [] : [[name, { ...schedule, when: normaliseTimes(override) }]];
    }),
  );
}

/** Times of the day become patterns of cron, so that one kind of calendar is carried out. */
export function normaliseTimes({ every, at, on, cron, timeZone = "UTC" }: TimesInput): ScheduleTimes {
  if (every !== undefined) return { kind: "every", everyMs: durationMs(every) };
  if (cron !== undefined) return { kind: "calendar", patterns: [cron], timeZone };
  // Cron counts the days of the week from Sunday.
  const days =
    on === undefined
      ? "*"
      : [on]
          .flat()
          .map((day) => (weekdays.indexOf(day) + 1) % 7)
          .join(",");
  const patterns = [at ?? []].flat().map((time) => {
    const [hour, minute] = time.split(":").map(Number);
    return `${minute} ${hour} * * ${days}`;
  });
  return { kind: "calendar", patterns, timeZone };
}
