import * as z from "zod/mini";
import { documented, object, optional, required } from "./doc.ts";
import { command, duration, flag, name, text } from "./values.ts";

const timeOfDay = documented(z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/)), {
  expects: 'a time of day such as "03:30"',
});

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

const weekday = documented(z.enum(weekdays), {
  name: "Weekday",
  about: "A day of the week.",
  expects: `one of ${weekdays.map((day) => `"${day}"`).join(", ")}`,
});

/** A new set each time, so that each place has its own documentation. */
export function whenFields() {
  return {
    every: optional(
      duration,
      "How often, counted from midnight UTC: at least a minute.",
      "by `at` or `cron`",
    ),
    at: optional(
      documented(z.union([timeOfDay, z.array(timeOfDay).check(z.minLength(1))]), {
        expects: 'a time of day such as "03:30", or a list of them',
      }),
      "At these times of the day.",
      "by `every` or `cron`",
    ),
    on: optional(
      documented(z.union([weekday, z.array(weekday).check(z.minLength(1))]), {
        expects: "a day of the week, or a list of them",
      }),
      "With `at`: on these days of the week.",
      "every day",
    ),
    cron: optional(
      text,
      "The five fields of cron: minute, hour, day of month, month, day of week.",
      "by `every` or `at`",
    ),
    timeZone: optional(text, 'The time zone of `at` and `cron`: `"Europe/Zurich"`.', "`UTC`"),
  };
}

const schedule = object(
  "Schedule",
  "A command of the release that runs at declared times, once over the whole environment.",
  {
    run: required(command, "The command."),
    ...whenFields(),
    timeout: optional(duration, "How long a run may take before it is ended.", "`1h`"),
    catchUp: optional(
      flag,
      "Whether a run that was missed, because nothing was there to start it, is made up for once as soon as it can be.",
      "`false`: it is only told",
    ),
  },
);

export const schedules = documented(z.record(name, schedule), { expects: "an object of schedules by name" });

const scheduleOverride = documented(
  z.union([z.literal(false), object("ScheduleTimes", "Other times of a schedule.", whenFields())]),
  {
    name: "ScheduleOverride",
    about: "What an environment changes of a schedule: other times, or `false` for none.",
    expects: '`false`, or times such as `{ every: "1h" }`',
  },
);

export const scheduleOverrides = documented(z.record(name, scheduleOverride), {
  expects: "an object of schedules by name",
});
