import { releaseAgents } from "../hosts/machine/release-agents.ts";
import type { Backups, Schedule, ScheduleTimes } from "../project/project.ts";

/** The names that backups have among the schedules of a release; no schedule of the application may have them. */
export const backupScheduleNames = { daily: "backup", weekly: "backup-weekly" } as const;

/** Long enough for any database that fits on a machine. */
const timeoutMs = 6 * 3_600_000;

/**
 * The backups of a release as schedules, which start, are watched and leave evidence as every other does. What they run lies in the
 * release's folder. One that was missed, because the machine was off, is made up for. Pure.
 */
export function backupSchedules(
  { backups }: { readonly backups?: Backups | undefined },
  releaseFolder: string,
): Readonly<Record<string, Schedule>> {
  if (backups === undefined) return {};
  const { node, backup } = releaseAgents(releaseFolder);
  const scheduled = (
    of: keyof typeof backupScheduleNames,
    when: ScheduleTimes,
  ): Record<string, Schedule> => ({
    [backupScheduleNames[of]]: { run: [node, backup, releaseFolder, of], when, timeoutMs, catchUp: true },
  });
  return {
    ...scheduled("daily", backups.when),
    ...(backups.weekly === undefined ? {} : scheduled("weekly", weeklyTimes(backups.when))),
  };
}

/** Every schedule of a release, cozy's own among them. Pure. */
export function allSchedules(
  release: {
    readonly schedules?: Readonly<Record<string, Schedule>> | undefined;
    readonly backups?: Backups | undefined;
  },
  releaseFolder: string,
): Readonly<Record<string, Schedule>> {
  return { ...release.schedules, ...backupSchedules(release, releaseFolder) };
}

/**
 * Sundays at the first of the daily times; at three where those are no times of the day. Two backups that fall together follow each
 * other.
 */
export function weeklyTimes(daily: ScheduleTimes): ScheduleTimes {
  if (daily.kind === "every") return { kind: "calendar", patterns: ["0 3 * * 0"], timeZone: "UTC" };
  const times = daily.patterns.flatMap((pattern) => {
    const [, minute, hour] = /^(\d+) (\d+) /.exec(pattern) ?? [];
    return minute === undefined ? [] : [{ minute: Number(minute), hour: Number(hour) }];
  });
  const [first = { minute: 0, hour: 3 }] = times.toSorted((a, b) => a.hour - b.hour || a.minute - b.minute);
  return { kind: "calendar", patterns: [`${first.minute} ${first.hour} * * 0`], timeZone: daily.timeZone };
}
