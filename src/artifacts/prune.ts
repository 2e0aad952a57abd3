import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { bySource, failedBuilds, isSourceRecord, listArtifacts } from "./artifact-store.ts";
import { toolsOf } from "./tools-folder.ts";
import { isTempName, sweepTemps, tempName } from "./temp-name.ts";
import { artifactAt } from "./manifest.ts";
import { readKept } from "./kept-file.ts";

export interface PruneRequest {
  /** Every artifact that a release of any environment on this machine needs. */
  readonly keep: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What was used within this time stays: another command may be about to place it. An hour unless told otherwise. */
  readonly unusedForMs?: number | undefined;
}

export interface Pruned {
  readonly artifacts: readonly string[];
  readonly trees: readonly string[];
  readonly runtimes: readonly string[];
  /** What could not be judged, and was left. */
  readonly left: readonly string[];
}

const anHour = 3_600_000;
const logsStayMs = 7 * 24 * anHour;

/** Removes artifacts that no release needs, then trees and runtimes that no artifact that stays needs, and what killed builders left. */
export async function pruneArtifacts(machine: MachinePaths, request: PruneRequest): Promise<Pruned> {
  const { keep, now, unusedForMs = anHour } = request;
  const unused = (folder: string, forMs = unusedForMs): Promise<boolean> => isUnused(folder, now - forMs);
  await sweepBuilders(machine);

  const left: string[] = [];
  const removed: string[] = [];
  const trees = new Set<string>();
  const runtimes = new Set<string>();
  let allRead = true;
  for (const { id, manifest, damaged } of await listArtifacts(machine)) {
    if (manifest === undefined) {
      allRead = false;
      left.push(`${artifactAt(machine, id).folder}: ${damaged}`);
    } else if (!keep.has(id) && (await unused(artifactAt(machine, id).folder))) {
      await removeFolder(artifactAt(machine, id).folder);
      removed.push(id);
    } else {
      for (const tree of [manifest.content.tree, manifest.builtFrom.buildTree])
        if (tree !== undefined) trees.add(tree);
      runtimes.add(manifest.content.runtime);
    }
  }
  await forgetSources(machine, new Set(removed));
  await removeWhere(join(machine.artifacts, failedBuilds), (file) => unused(file, logsStayMs));
  // What an artifact with an unreadable manifest needs is not known, so everything that it could need stays.
  if (!allRead) return { artifacts: removed, trees: [], runtimes: [], left };
  return {
    artifacts: removed,
    trees: await removeWhere(machine.trees, (folder, name) => !trees.has(name) && unused(folder)),
    runtimes: await removeWhere(machine.runtimes, (folder, name) => !runtimes.has(name) && unused(folder)),
    left,
  };
}

/** Removes the half-made folders of builders that are gone. */
export async function sweepBuilders(machine: MachinePaths): Promise<string[]> {
  const { artifacts, trees, runtimes } = machine;
  const folders = [artifacts, join(artifacts, bySource), trees, runtimes, toolsOf(machine)];
  return (await Promise.all(folders.map(sweepTemps))).flat();
}

async function forgetSources(machine: MachinePaths, removed: ReadonlySet<string>): Promise<void> {
  await removeWhere(join(machine.artifacts, bySource), async (file) => {
    try {
      const source = await readKept(file, isSourceRecord);
      return source !== undefined && removed.has(source.artifact);
    } catch (error) {
      if (error instanceof CozyError) return false;
      throw error;
    }
  });
}

async function removeWhere(
  folder: string,
  condemned: (path: string, name: string) => Promise<boolean> | boolean,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await namesIn(folder)) {
    if (isTempName(name) || !(await condemned(join(folder, name), name))) continue;
    await removeFolder(join(folder, name));
    removed.push(name);
  }
  return removed;
}

/** Gone in one step for whoever looks, then removed piece by piece. */
async function removeFolder(folder: string): Promise<void> {
  const temp = tempName(folder);
  await rename(folder, temp);
  await rm(temp, { recursive: true, force: true });
}

async function isUnused(path: string, since: number): Promise<boolean> {
  return (await stat(path)).mtimeMs < since;
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
}
