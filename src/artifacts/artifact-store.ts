import { link, lstat, mkdir, readdir, readlink, rename, rm, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { inParallel } from "./in-parallel.ts";
import { hasStrings, readKept, writeFlushed, writeKept } from "./kept-file.ts";
import { artifactAt, artifactId, readManifest, type Manifest, type ManifestEntry } from "./manifest.ts";
import { hashFile } from "./scan-files.ts";
import { isTempName, tempName } from "./temp-name.ts";

/** Folders beside the artifacts that are none. */
export const bySource = "by-source";
export const failedBuilds = "failed-builds";

/** The artifact that was built from a source, if it is on this machine. */
export async function findArtifact(machine: MachinePaths, key: string): Promise<string | undefined> {
  const source = await readKept(sourceFile(machine, key), isSourceRecord);
  if (source === undefined || !(await exists(artifactAt(machine, source.artifact).manifest)))
    return undefined;
  return source.artifact;
}

/** Whether this machine has an artifact, from whichever source it was built. */
export async function artifactIsHere(machine: MachinePaths, id: string): Promise<boolean> {
  return exists(artifactAt(machine, id).manifest);
}

/**
 * Names the artifact of a source. Of two builders of the same source the first one wins: the id that counts is given back.
 */
export async function claimSource(
  machine: MachinePaths,
  key: string,
  id: string,
  now: number,
): Promise<string> {
  const file = sourceFile(machine, key);
  await mkdir(dirname(file), { recursive: true });
  const found = await findArtifact(machine, key);
  if (found !== undefined) return found;
  const record = { format: 1, artifact: id, builtAt: now } as const;
  if (await exists(file)) {
    // It names an artifact that was pruned.
    await writeKept(file, record);
    return id;
  }
  const temp = tempName(file);
  try {
    await writeFlushed(temp, `${JSON.stringify(record)}\n`);
    await link(temp, file);
    return id;
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    return (await findArtifact(machine, key)) ?? id;
  } finally {
    await rm(temp, { force: true });
  }
}

/** Moves a finished folder to its id's place, or drops it where the same artifact is there already. */
export async function moveIn(machine: MachinePaths, work: string, id: string, now: number): Promise<void> {
  const { folder } = artifactAt(machine, id);
  try {
    await rename(work, folder);
  } catch (error) {
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
    await rm(work, { recursive: true, force: true });
  }
  await markUsed(folder, now);
}

/** Marks an artifact, a tree or a runtime as used, so that a prune at the same time leaves it. */
export async function markUsed(folder: string, now: number): Promise<void> {
  await utimes(folder, now / 1000, now / 1000);
}

/** Reads an artifact's manifest; one that is not there is an error. */
export async function requireManifest(machine: MachinePaths, id: string): Promise<Manifest> {
  const manifest = await readManifest(artifactAt(machine, id).manifest);
  if (manifest !== undefined) return manifest;
  throw new CozyError("artifact-missing", {
    message: `The artifact ${id} is not in ${machine.artifacts}.`,
    state: "Nothing was changed.",
    next: "Deploy again: the artifact is built anew from its commit.",
  });
}

/** Hashes every file anew and holds it against the manifest; an artifact that differs is thrown, with the files' names. */
export async function verifyArtifact(
  machine: MachinePaths,
  id: string,
  signal: AbortSignal,
): Promise<Manifest> {
  const manifest = await requireManifest(machine, id);
  const { app, folder } = artifactAt(machine, id);
  const { files } = manifest.content;
  const found = await verifyFiles(manifest, app, signal);
  if (manifest.id !== id || artifactId(manifest.content) !== id) {
    found.unshift("manifest.json: it is not the manifest of this artifact");
  }
  if (found.length === 0) return manifest;
  throw new CozyError("artifact-damaged", {
    message: `The artifact ${id} is damaged: ${found.length} of its ${files.length} files differ from its manifest.`,
    state: "It was left as it is; releases that run are not touched.",
    next: `Move ${folder} away, then deploy again: the artifact is built anew from its commit.`,
    details: found.slice(0, 20),
  });
}

/** How the files in a folder differ from what a manifest says of them, each in a line. */
export async function verifyFiles(
  { content: { files } }: Manifest,
  app: string,
  signal: AbortSignal,
): Promise<string[]> {
  const faults = await inParallel(files, 16, async (entry) => {
    signal.throwIfAborted();
    const fault = await faultOf(app, entry);
    return fault === undefined ? [] : [`${entry.path}: ${fault}`];
  });
  return faults.flat();
}

export interface ArtifactListing {
  readonly id: string;
  readonly manifest: Manifest | undefined;
  /** Why the manifest could not be read. */
  readonly damaged: string | undefined;
}

export async function listArtifacts(machine: MachinePaths): Promise<ArtifactListing[]> {
  const names = await readdir(machine.artifacts).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const ids = names.filter((name) => name !== bySource && name !== failedBuilds && !isTempName(name));
  return inParallel(ids, 8, async (id) => {
    try {
      const manifest = await readManifest(artifactAt(machine, id).manifest);
      return { id, manifest, damaged: manifest === undefined ? "it has no manifest.json" : undefined };
    } catch (error) {
      if (error instanceof CozyError) return { id, manifest: undefined, damaged: error.message };
      throw error;
    }
  });
}

async function faultOf(app: string, entry: ManifestEntry): Promise<string | undefined> {
  const file = join(app, entry.path);
  const found = await lstat(file).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
  if (found === undefined) return "it is missing";
  if (entry.kind === "folder") return found.isDirectory() ? undefined : "it is no folder";
  if (entry.kind === "link") {
    if (!found.isSymbolicLink()) return "it is no symbolic link";
    const target = await readlink(file);
    return target === entry.target ? undefined : `it leads to ${target} and not to ${entry.target}`;
  }
  if (!found.isFile()) return "it is no file";
  if (found.size !== entry.sizeBytes) return `it has ${found.size} bytes of ${entry.sizeBytes}`;
  if ((found.mode & 0o100) !== (entry.mode & 0o100))
    return "it can be executed, or can't, against the manifest";
  return (await hashFile(file, found.size)) === entry.sha256 ? undefined : "its content changed";
}

function sourceFile(machine: MachinePaths, key: string): string {
  return join(machine.artifacts, bySource, key);
}

export function isSourceRecord(value: unknown): value is { readonly artifact: string } {
  return hasStrings(value, "artifact");
}

async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}
