import { lstat, mkdir, readdir, realpath, rename, rm, rmdir, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { verifyArtifact } from "../artifacts/artifact-store.ts";
import { treeAt } from "../artifacts/dependency-tree.ts";
import { mindingTheDisk } from "../artifacts/disk-full.ts";
import { inParallel } from "../artifacts/in-parallel.ts";
import { hasStrings, isFields, readKept, writeKept } from "../artifacts/kept-file.ts";
import { artifactAt, readManifest, type Manifest, type ManifestEntry } from "../artifacts/manifest.ts";
import { copyFiles, linkOrCopy, placeFiles } from "../artifacts/place-files.ts";
import { runtimeAt } from "../artifacts/runtime-store.ts";
import { hashFile } from "../artifacts/scan-files.ts";
import { isTempName, sweepTemps, tempName } from "../artifacts/temp-name.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { revealed, type ResolvedVariables } from "../secrets/resolve-variables.ts";
import { Secret } from "../secrets/secret.ts";
import { nearest } from "../shared/nearest.ts";
import { searchPath } from "../stacks/node.ts";
import type { EnvironmentPaths, MachinePaths } from "./environment-paths.ts";
import type { Placement, ReleaseOnHost, ReleaseRecord } from "./host.ts";

/** What lies where in a release's folder. */
export interface ReleaseFolder {
  readonly folder: string;
  readonly app: string;
  /** A link to the runtime that the release runs on. */
  readonly runtime: string;
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
    record: join(folder, "release.json"),
    environment: join(folder, "environment.json"),
    manifest: join(folder, "manifest.json"),
  };
}

/**
 * Lays a release's folder and moves it in by one rename; a release that is there is left as it is. The artifact is held against its
 * manifest first.
 */
export async function placeRelease(
  paths: EnvironmentPaths,
  machine: MachinePaths,
  placement: Placement,
  signal: AbortSignal,
): Promise<void> {
  const { release } = placement;
  const place = releaseAt(paths, release.id);
  if ((await readRecord(place)) !== undefined) return;
  await mkdir(paths.releases, { recursive: true });
  await sweepTemps(paths.releases);
  const manifest = await verifyArtifact(machine, release.artifact, signal);
  const temp = tempName(place.folder);
  await mindingTheDisk(paths.releases, async () => {
    try {
      await lay(temp, paths, machine, placement, manifest, signal);
      await rename(temp, place.folder);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  });
}

async function lay(
  temp: string,
  paths: EnvironmentPaths,
  machine: MachinePaths,
  placement: Placement,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const { release, variables } = placement;
  const app = join(temp, "app");
  const artifact = artifactAt(machine, manifest.id);
  const { files, runtime, tree } = manifest.content;
  const persist = outermost(placement.persist);
  const own = files.filter((entry) => !persist.some((folder) => isBelow(entry.path, folder)));
  await mkdir(temp);
  await placeFiles(artifact.app, app, own, signal);
  for (const folder of persist) await linkPersisted(folder, paths, artifact.app, app, files);
  if (tree !== undefined) await symlink(treeAt(machine, tree).modules, join(app, "node_modules"));
  await symlink(runtimeAt(machine, runtime).folder, join(temp, "runtime"));
  await linkOrCopy(artifact.manifest, join(temp, "manifest.json"), 0o444);

  const place = releaseAt(paths, release.id);
  const PATH = searchPath(join(place.runtime, "bin"), place.app, manifest.content.platform.os);
  const environment: EnvironmentRecord = {
    format: 1,
    variables: { PATH, ...revealed(variables) },
    secrets: secretNames(variables),
  };
  await writeKept(join(temp, "environment.json"), { ...environment }, 0o600);
  await writeKept(join(temp, "release.json"), { ...release });
}

/** `data/files` within `data` is persisted with it. */
function outermost(folders: readonly string[]): string[] {
  const tidy = [...new Set(folders.map((folder) => posix.normalize(folder).replace(/\/$/, "")))];
  return tidy.filter((folder) => !tidy.some((other) => other !== folder && isBelow(folder, other)));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** A persisted folder begins with what the artifact has at its place; from then on releases only see it. */
async function linkPersisted(
  folder: string,
  paths: EnvironmentPaths,
  artifactApp: string,
  app: string,
  files: readonly ManifestEntry[],
): Promise<void> {
  const kept = join(paths.persist, folder);
  const found = files.filter((entry) => isBelow(entry.path, folder));
  if (found.some((entry) => entry.path === folder && entry.kind !== "folder")) {
    throw new CozyError("persist-conflict", {
      message: `\`persist\` names ${folder}, which is a file in the artifact and no folder.`,
      state: "The release was not placed; nothing that serves was touched.",
      next: `Remove ${folder} from the repository, or from \`persist\` in cozy.config.ts.`,
    });
  }
  await mkdir(kept, { recursive: true });
  const within = found
    .filter((entry) => entry.path !== folder)
    .map((entry) => ({ ...entry, path: entry.path.slice(folder.length + 1) }));
  if (within.length > 0 && (await readdir(kept)).length === 0) {
    const temp = tempName(kept);
    await copyFiles(join(artifactApp, folder), temp, within);
    await rename(temp, kept);
  }
  await mkdir(dirname(join(app, folder)), { recursive: true });
  await symlink(kept, join(app, folder));
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

export interface Published {
  readonly added: number;
  /** Names that were served with other content before; the newest wins. */
  readonly replaced: readonly string[];
}

/** Adds the release's static files to those that are served, each in one step; earlier ones stay. */
export async function publishStatic(
  paths: EnvironmentPaths,
  release: string,
  signal: AbortSignal,
): Promise<Published> {
  const { app } = releaseAt(paths, release);
  const { staticFolder, files } = await staticFilesOf(paths, release);
  if (staticFolder === undefined) return { added: 0, replaced: [] };
  await mkdir(paths.static, { recursive: true });
  await sweepTemps(paths.static);
  const folders = new Set(files.map((path) => dirname(join(paths.static, path))));
  for (const folder of [...folders].sort()) await makeFolder(paths.static, folder);
  return mindingTheDisk(paths.static, async () => {
    const outcomes = await inParallel(files, 16, async (path) => {
      signal.throwIfAborted();
      return { path, outcome: await publish(join(app, staticFolder, path), join(paths.static, path), paths) };
    });
    return {
      added: outcomes.filter(({ outcome }) => outcome === "added").length,
      replaced: outcomes.filter(({ outcome }) => outcome === "replaced").map(({ path }) => path),
    };
  });
}

async function publish(
  file: string,
  to: string,
  paths: EnvironmentPaths,
): Promise<"added" | "replaced" | "there"> {
  // A symbolic link is served as what it leads to.
  const source = await realpath(file);
  const offered = await stat(source);
  if (!offered.isFile()) return "there";
  const served = await lstat(to).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (served?.isFile() === true && (await sameContent(source, offered, to, served))) return "there";
  const temp = tempName(join(paths.static, "new"));
  try {
    await linkOrCopy(source, temp, 0o444);
    if (served?.isDirectory() === true) await rename(to, tempName(join(paths.static, "old")));
    await rename(temp, to);
  } finally {
    await rm(temp, { force: true });
  }
  return served === undefined ? "added" : "replaced";
}

interface FileFacts {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
}

async function sameContent(a: string, aFacts: FileFacts, b: string, bFacts: FileFacts): Promise<boolean> {
  if (aFacts.dev === bFacts.dev && aFacts.ino === bFacts.ino) return true;
  if (aFacts.size !== bFacts.size) return false;
  return (await hashFile(a, aFacts.size)) === (await hashFile(b, bFacts.size));
}

/** Where an earlier release had a file of that name, the folder wins. */
async function makeFolder(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  await makeFolder(root, dirname(folder));
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  if (found !== undefined) await rm(folder);
  await mkdir(folder, { recursive: true });
}

/** Removes served static files that none of the kept releases has; gives their names. */
export async function pruneStatic(
  paths: EnvironmentPaths,
  keptReleases: readonly string[],
): Promise<string[]> {
  const kept = new Set<string>();
  for (const release of keptReleases) {
    for (const path of (await staticFilesOf(paths, release)).files) kept.add(path);
  }
  await sweepTemps(paths.static);
  const removed: string[] = [];
  await pruneFolder(paths.static, "", kept, removed);
  return removed;
}

async function pruneFolder(
  root: string,
  below: string,
  kept: ReadonlySet<string>,
  removed: string[],
): Promise<void> {
  for (const name of await namesIn(join(root, below))) {
    const path = posix.join(below, name);
    if (isTempName(name) || kept.has(path)) continue;
    if ((await lstat(join(root, path))).isDirectory()) {
      await pruneFolder(root, path, kept, removed);
    } else {
      await rm(join(root, path), { force: true });
      removed.push(path);
    }
  }
  if (below !== "") await rmdir(join(root, below)).catch(() => undefined);
}

/** Relative to the static folder. */
async function staticFilesOf(
  paths: EnvironmentPaths,
  release: string,
): Promise<{ readonly staticFolder: string | undefined; readonly files: readonly string[] }> {
  const manifest = await readManifest(releaseAt(paths, release).manifest);
  if (manifest === undefined) throw unknownRelease(release, await releaseNames(paths));
  const { staticFolder, files } = manifest.content;
  if (staticFolder === undefined) return { staticFolder, files: [] };
  const folder = posix.normalize(staticFolder).replace(/\/$/, "");
  const within = files.filter(({ kind, path }) => kind !== "folder" && path.startsWith(`${folder}/`));
  return { staticFolder: folder, files: within.map(({ path }) => path.slice(folder.length + 1)) };
}

async function readRecord(place: ReleaseFolder): Promise<ReleaseRecord | undefined> {
  return readKept(place.record, isRecord);
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

function secretNames(variables: ResolvedVariables): string[] {
  return Object.keys(variables).filter((name) => variables[name] instanceof Secret);
}

async function releaseNames(paths: EnvironmentPaths): Promise<string[]> {
  return (await namesIn(paths.releases)).filter((name) => !isTempName(name)).sort();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
}

function unknownRelease(release: string, names: readonly string[]): CozyError {
  const near = nearest(release, names);
  const all = names.length === 0 ? "there is none yet" : `there are ${names.join(", ")}`;
  return new CozyError("unknown-release", {
    message: `There is no release \`${release}\` here: ${all}.`,
    state: "Nothing changed.",
    ...(near.length === 0 ? {} : { next: `Did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?` }),
  });
}
