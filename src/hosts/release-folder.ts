import { readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { inParallel } from "../artifacts/in-parallel.ts";
import { hasStrings, isFields, readKept } from "../artifacts/kept-file.ts";
import { isTempName, tempName } from "../artifacts/temp-name.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { nearest } from "../shared/nearest.ts";
import type { EnvironmentPaths, MachinePaths } from "./environment-paths.ts";
import type { ReleaseOnHost, ReleaseRecord } from "./host.ts";

/** What lies where in a release's folder. */
export interface ReleaseFolder {
  readonly folder: string;
  readonly app: string;
  /** A link to the runtime that the release runs on. */
  readonly runtime: string;
  /** A link to its packages, where they are not within the application. */
  readonly tree: string;
  readonly record: string;
  /** Names and values for every process of the release, its PATH among them; mode 0600. */
  readonly environment: string;
  readonly manifest: string;
}

export function releaseAt(paths: EnvironmentPaths, release: string): ReleaseFolder {
  if (release === "" || release !== basename(release) || release.startsWith("."))
    throw unknownRelease(release, []);
  const folder = join(paths.releases, release);
  return {
    folder,
    app: join(folder, "app"),
    runtime: join(folder, "runtime"),
    tree: join(folder, "tree"),
    record: join(folder, "release.json"),
    environment: join(folder, "environment.json"),
    manifest: join(folder, "manifest.json"),
  };
}
/** The release's record; one that is not there is an error with the nearest names. */
export async function readRelease(paths: EnvironmentPaths, release: string): Promise<ReleaseRecord> {
  const record = await readRecord(releaseAt(paths, release));
  if (record !== undefined) return record;
  throw unknownRelease(release, await releaseNames(paths));
}

/** `environment.json`: names and values for every process of the release, its PATH among them. */
export interface EnvironmentRecord {
  readonly format: 1;
  readonly variables: Readonly<Record<string, string>>;
  /** The names of those whose values must not be seen in any output. */
  readonly secrets: readonly string[];
}

export async function readReleaseEnvironment(
  paths: EnvironmentPaths,
  release: string,
): Promise<EnvironmentRecord> {
  const environment = await readKept(releaseAt(paths, release).environment, isEnvironment);
  if (environment !== undefined) return environment;
  throw unknownRelease(release, await releaseNames(paths));
}

/** Every release on this machine, oldest first; a record that can't be read is told with its release. */
export async function listReleases(paths: EnvironmentPaths): Promise<ReleaseOnHost[]> {
  return inParallel(await releaseNames(paths), 8, async (id) => {
    try {
      const { commit, commitSubject, artifact, createdAt } = await readRelease(paths, id);
      return { id, commit, commitSubject, artifact, createdAt, damaged: undefined };
    } catch (error) {
      if (!(error instanceof CozyError)) throw error;
      const damaged = error.code === "unknown-release" ? "it has no release.json" : error.message;
      return { id, commit: "", commitSubject: "", artifact: "", createdAt: 0, damaged };
    }
  });
}

/** Removes a release's folder; one that is not there is no error. Whether it may be removed is the caller's to know. */
export async function removeRelease(paths: EnvironmentPaths, release: string): Promise<void> {
  const { folder } = releaseAt(paths, release);
  const temp = tempName(folder);
  try {
    await rename(folder, temp);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  await rm(temp, { recursive: true, force: true });
}

/** The artifacts that releases of any environment on this machine need, for pruning; throws where a release can't be read. */
export async function neededArtifacts(machine: MachinePaths): Promise<Set<string>> {
  const environments = join(machine.home, "environments");
  const needed = new Set<string>();
  for (const environment of await namesIn(environments)) {
    const releases = join(environments, environment, "releases");
    for (const release of (await namesIn(releases)).filter((name) => !isTempName(name))) {
      const record = await readKept(join(releases, release, "release.json"), isRecord);
      if (record !== undefined) needed.add(record.artifact);
    }
  }
  return needed;
}
/** The release's record; `undefined` where it is not placed. */
export async function readRecord(place: ReleaseFolder): Promise<ReleaseRecord | undefined> {
  const record = await readKept(place.record, isRecord);
  return record && completed(record);
}

/** What a record of an earlier cozy lacks. */
const earlier = {
  record: {
    stack: "node",
    schedules: {},
    console: ["node"],
    contract: [],
    migrateBack: undefined,
    backups: undefined,
  },
  process: { listen: "socket", ready: undefined, singleton: false },
} as const;

/** One of an earlier cozy lacks what came later. */
function completed(record: ReleaseRecord): ReleaseRecord {
  const { processes, ...rest } = record;
  return {
    ...earlier.record,
    ...rest,
    processes: Object.fromEntries(
      Object.entries(processes).map(([type, process]) => [type, { ...earlier.process, ...process }]),
    ),
  };
}

function isRecord(value: unknown): value is ReleaseRecord {
  return (
    hasStrings(value, "id", "project", "environment", "commit", "artifact") &&
    typeof value["createdAt"] === "number" &&
    isFields(value["processes"]) &&
    isFields(value["ready"]) &&
    isFields(value["drain"]) &&
    isFields(value["hooks"]) &&
    Array.isArray(value["smoke"])
  );
}

function isEnvironment(value: unknown): value is EnvironmentRecord {
  if (!isFields(value) || !isFields(value["variables"]) || !Array.isArray(value["secrets"])) return false;
  const texts = [...Object.values(value["variables"]), ...value["secrets"]];
  return texts.every((item) => typeof item === "string");
}

/** The names of all releases here, placed whole. */
export async function releaseNames(paths: EnvironmentPaths): Promise<string[]> {
  return (await namesIn(paths.releases)).filter((name) => !isTempName(name)).sort();
}

/** What a folder holds; nothing where there is none. */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
}

export function unknownRelease(release: string, names: readonly string[]): CozyError {
  const near = nearest(release, names);
  const all = names.length === 0 ? "there is none yet" : `there are ${names.join(", ")}`;
  return new CozyError("unknown-release", {
    message: `There is no release \`${release}\` here: ${all}.`,
    state: "Nothing was changed.",
    ...(near.length === 0 ? {} : { next: `Did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?` }),
  });
}
