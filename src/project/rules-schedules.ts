import { backupScheduleNames } from "../recovery/backup-schedules.ts";
import { isTimeZone } from "../schedules/time-zone.ts";
import { nearest } from "../shared/nearest.ts";
import type { Draft } from "./draft.ts";
import { type Fault, type Path, fault } from "./faults.ts";
import type { ScheduleTimes } from "./input.ts";
import { isObject } from "./schema/walk.ts";
import { durationMs } from "./units.ts";

/** What is wrong with a pattern of cron, if anything. What knows it is loaded only where a project file writes one. */
export type CronFault = (pattern: string) => string | undefined;

/** Whether any schedule, or any backup, is written as a pattern of cron. */
export function writesCron({ app, environments }: Draft): boolean {
  const each = Object.values(environments ?? {});
  const all = [app?.schedules, ...each.map((one) => one?.schedules)];
  return all
    .flatMap((schedules) => Object.values<unknown>(schedules ?? {}))
    .concat(each.map((one) => one?.backups))
    .some((one) => isObject(one) && one["cron"] !== undefined);
}

/** Each schedule says in one way when it runs, and an environment changes only those that there are. */
export function scheduleFaults(draft: Draft, cronFault: CronFault): Fault[] {
  const schedules = draft.app?.schedules ?? {};
  return [
    ...nameIsReserved(draft),
    ...backupFaults(draft, cronFault),
    ...Object.entries(schedules).flatMap(([name, schedule]) =>
      timesFaults(["app", "schedules", name], schedule, cronFault),
    ),
    ...Object.entries(draft.environments ?? {}).flatMap(([environment, { schedules: overrides } = {}]) =>
      Object.entries(overrides ?? {}).flatMap(([name, override]) => {
        const path = ["environments", environment, "schedules", name];
        return [...isKnown(path, name, Object.keys(schedules)), ...timesFaults(path, override, cronFault)];
      }),
    ),
  ];
}

/** The instance that watches the clock has this name. */
function nameIsReserved(draft: Draft): Fault[] {
  if (!Object.hasOwn(draft.app?.processes ?? {}, "schedules")) return [];
  return [
    fault(
      ["app", "processes", "schedules"],
      "is a name that cozy keeps for the process that watches the clock; call the process type `scheduler`, say",
      "key",
    ),
  ];
}

/** Backups are run as schedules, under names that are theirs; when they run need not be said. */
function backupFaults(draft: Draft, cronFault: CronFault): Fault[] {
  const declared = Object.entries(draft.environments ?? {}).flatMap(([environment, { backups } = {}]) =>
    backups === undefined ? [] : [{ path: ["environments", environment, "backups"], backups }],
  );
  const [first] = declared;
  const names = Object.values<string>(backupScheduleNames).filter((name) =>
    Object.hasOwn(draft.app?.schedules ?? {}, name),
  );
  return [
    ...declared.flatMap(({ path, backups }) =>
      ways.some((way) => backups[way] !== undefined)
        ? timesFaults(path, backups, cronFault)
        : // The time of the day is three o'clock then.
          timesFaults(path, { ...backups, at: "03:00" }, cronFault),
    ),
    ...(first === undefined ? [] : names).map((name) =>
      fault(
        ["app", "schedules", name],
        `is a name that cozy keeps for the backups of \`${first?.path[1]}\`; call the schedule otherwise`,
        "key",
      ),
    ),
  ];
}

function isKnown(path: Path, name: string, known: readonly string[]): Fault[] {
  if (known.includes(name)) return [];
  const [near] = nearest(name, known);
  const all = known.map((one) => `\`${one}\``).join(", ");
  const hint =
    near !== undefined
      ? `did you mean \`${near}\`?`
      : known.length > 0
        ? `there are ${all}`
        : "there are none";
  return [fault(path, `is no schedule of the application; ${hint}`, "key")];
}

const ways = ["every", "at", "cron"] as const;

function timesFaults(
  path: Path,
  times: Partial<ScheduleTimes> | false | undefined,
  cronFault: CronFault,
): Fault[] {
  if (times === false || times === undefined) return [];
  const { every, at, on, cron, timeZone } = times;
  const given = ways.filter((way) => times[way] !== undefined);
  return [
    ...oneWay(path, given),
    ...(every === undefined ? [] : everyFaults(path, every)),
    ...(cron === undefined ? [] : cronFaults(path, cron, cronFault)),
    ...(on !== undefined && at === undefined && given.length > 0
      ? [fault([...path, "on"], "counts only with `at`; with `cron`, the days are its last field")]
      : []),
    ...(timeZone === undefined ? [] : timeZoneFaults(path, timeZone, given)),
  ];
}

function oneWay(path: Path, given: readonly string[]): Fault[] {
  if (given.length === 1) return [];
  const listed = given.map((way) => `\`${way}\``).join(" and ");
  return [
    fault(
      path,
      given.length === 0
        ? "does not say when it runs: it needs one of `every`, `at` and `cron`"
        : `says in ${given.length} ways when it runs, by ${listed}; it takes one of them`,
      "key",
    ),
  ];
}

const minuteMs = 60_000;

function everyFaults(path: Path, every: string): Fault[] {
  if (durationMs(every) >= minuteMs) return [];
  const instead = path.at(-1) === "backups" ? "" : "; what runs more often is a process type of its own";
  return [fault([...path, "every"], `is "${every}", and must be at least "1m"${instead}`)];
}

function cronFaults(path: Path, cron: string, cronFault: CronFault): Fault[] {
  const why = cronFault(cron);
  return why === undefined ? [] : [fault([...path, "cron"], why)];
}

function timeZoneFaults(path: Path, timeZone: string, given: readonly string[]): Fault[] {
  const at = [...path, "timeZone"];
  if (given.length === 1 && given[0] === "every")
    return [fault(at, "counts only with `at` or `cron`; `every` counts from midnight UTC")];
  if (isTimeZone(timeZone)) return [];
  const [near] = nearest(timeZone, Intl.supportedValuesOf("timeZone"));
  const hint = near === undefined ? 'they are called "Europe/Zurich", "UTC"' : `did you mean "${near}"?`;
  return [fault(at, `is "${timeZone}", which is no time zone; ${hint}`)];
}
