import { join } from "node:path";
import type { Schedule } from "../../project/project.ts";
import { isFields, readKeptJson } from "../kept-json.ts";

/** What a run needs of the release that it belongs to. */
export interface RunRelease {
  readonly id: string;
  readonly appFolder: string;
  readonly schedules: Readonly<Record<string, Schedule>>;
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
  return { id: record.id, appFolder: join(releaseFolder, "app"), schedules: record.schedules ?? {} };
}

export function readRunVariables(releaseFolder: string): RunVariables {
  const file = join(releaseFolder, "environment.json");
  const record = readKeptJson(file, isEnvironment);
  if (record === undefined) throw new Error(`${file} is not there`);
  const { variables, secrets = [] } = record;
  return { variables, secrets: secrets.flatMap((name) => variables[name] ?? []) };
}

function isRelease(
  value: unknown,
): value is { readonly id: string; readonly schedules?: Readonly<Record<string, Schedule>> } {
  if (!isFields(value) || typeof value["id"] !== "string") return false;
  return value["schedules"] === undefined || isFields(value["schedules"]);
}

function isEnvironment(
  value: unknown,
): value is { readonly variables: Record<string, string>; readonly secrets?: readonly string[] } {
  if (!isFields(value) || !isFields(value["variables"])) return false;
  return Object.values(value["variables"]).every((each) => typeof each === "string");
}
