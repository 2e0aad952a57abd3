import type { ReleaseRecord } from "../hosts/host.ts";
import type { ProcessType } from "../project/project.ts";

/** How many instances of a process type run instead of the count that the release declares, by type. */
export type Scale = Readonly<Record<string, number>>;

/** What runs as instances of one type, and how; which command that is, the host knows. */
export type InstanceType = Pick<
  ProcessType,
  "count" | "listen" | "ready" | "singleton" | "stopSignal" | "stopTimeoutMs" | "limits"
>;

/** What of a release decides which types it has. */
export type TypedRelease = Pick<ReleaseRecord, "processes" | "schedules" | "backups">;

/** The one instance that watches the clock for a release with schedules or backups; no process type may have its name. */
export const schedulesType = "schedules";

const clockWatcher: InstanceType = {
  count: 1,
  listen: "socket",
  ready: { output: "watching the clock", timeoutMs: 10_000 },
  singleton: true,
  stopSignal: "SIGTERM",
  stopTimeoutMs: 10_000,
  limits: { memoryBytes: undefined, openFiles: undefined },
};

/**
 * The types that a release has instances of, with the counts that are in force: its own, or those that `cozy scale` has set; of a
 * singleton never more than one. Pure.
 */
export function instanceTypes(
  { processes, schedules, backups }: TypedRelease,
  scale: Scale,
): Readonly<Record<string, InstanceType>> {
  const own = Object.entries(processes).map(([type, process]): [string, InstanceType] => [
    type,
    { ...process, count: process.singleton ? Math.min(process.count, 1) : (scale[type] ?? process.count) },
  ]);
  const watched = Object.keys(schedules).length > 0 || backups !== undefined;
  return Object.fromEntries(watched ? [...own, [schedulesType, clockWatcher]] : own);
}
