import { join } from "node:path";
import type { Backups, Schedule } from "../../project/project.ts";
import { allSchedules, backupSchedules } from "../../recovery/backup-schedules.ts";
import { isFields, readKeptJson } from "../kept-json.ts";

/** What a run needs of the release that it belongs to. */
export interface RunRelease {
  readonly id: string;
  readonly appFolder: string;
  /** Cozy's own among them. */
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** The names of those that cozy itself has added; the release's variables are not for them. */
  readonly own: ReadonlySet<string>;
  /** Whether the database is backed up, and so tells its age. */
  readonly isBackedUp: boolean;
}

export interface RunVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** The values that must not be seen in any output. */
  readonly secrets: readonly string[];
}

export function readRunRelease(releaseFolder: string): RunRelease {
  const file = join(releaseFolder, "release.json");
  const record = readKeptJson(file, isRelease);
  if (record === undefined) throw new Error(`${file} is not there`);
  return {
    id: record.id,
    appFolder: join(releaseFolder, "app"),
    schedules: allSchedules(record, releaseFolder),
    own: new Set(Object.keys(backupSchedules(record, releaseFolder))),
    isBackedUp: record.backups !== undefined,
  };
}

export function readRunVariables(releaseFolder: string): RunVariables {
  const file = join(releaseFolder, "environment.json");
  const record = readKeptJson(file, isEnvironment);
  if (record === undefined) throw new Error(`${file} is not there`);
  const { variables, secrets = [] } = record;
  return { variables, secrets: secrets.flatMap((name) => variables[name] ?? []) };
}

interface KeptRelease {
  readonly id: string;
  readonly schedules?: Readonly<Record<string, Schedule>>;
  readonly backups?: Backups;
}

function isRelease(value: unknown): value is KeptRelease {
  if (!isFields(value) || typeof value["id"] !== "string") return false;
  const { schedules, backups } = value;
  if (schedules !== undefined && !isFields(schedules)) return false;
  return backups === undefined || (isFields(backups) && isFields(backups["when"]));
}

function isEnvironment(
  value: unknown,
): value is { readonly variables: Record<string, string>; readonly secrets?: readonly string[] } {
  if (!isFields(value) || !isFields(value["variables"])) return false;
  return Object.values(value["variables"]).every((each) => typeof each === "string");
}
