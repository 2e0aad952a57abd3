import type { ReleaseRecord } from "../hosts/host.ts";
import type { ProcessType } from "../project/project.ts";

/** Nothing of value is at work in a scratch environment, and its end is waited for. */
const longestStopMs = 5_000;

/**
 * The record of a release as it is placed in a scratch environment: one instance of each type, nothing by schedule and no hooks, which
 * may speak to the world. Pure.
 */
export function scratchRecord(record: ReleaseRecord): ReleaseRecord {
  const processes = Object.entries(record.processes).map(([type, process]): [string, ProcessType] => [
    type,
    {
      ...process,
      count: type === "web" ? 1 : Math.min(process.count, 1),
      stopTimeoutMs: Math.min(process.stopTimeoutMs, longestStopMs),
    },
  ]);
  return {
    ...record,
    processes: Object.fromEntries(processes),
    schedules: {},
    hooks: {},
    backups: undefined,
  };
}
