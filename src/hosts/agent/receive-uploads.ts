import { chmod, lstat, mkdir, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { markUsed, verifyFiles } from "../../artifacts/artifact-store.ts";
import { diskFull, hasNoRoom, mindingTheDisk } from "../../artifacts/disk-full.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import { inParallel } from "../../artifacts/in-parallel.ts";
import { writeKept } from "../../artifacts/kept-file.ts";
import { artifactAt, readManifest, type Manifest, type ManifestEntry } from "../../artifacts/manifest.ts";
import { linkOrCopy } from "../../artifacts/place-files.ts";
import { thisPlatform } from "../../artifacts/platform.ts";
import { reseatTree } from "../../artifacts/reseat-tree.ts";
import { isTempName, sweepTemps, tempName } from "../../artifacts/temp-name.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import type { MachinePaths } from "../environment-paths.ts";
import { refuseOtherPlatform } from "./refuse-other-platform.ts";
import { proveRuntime } from "./prove-runtime.ts";
import { manifestOf, type ArtifactOffer } from "./offer.ts";
import type {
  ArrivedArtifact,
  ArrivedFolder,
  ArtifactRoom,
  FolderRoom,
  UploadBegun,
  Uploads,
} from "./uploads.ts";

/** Where uploads arrive on the machine that this code runs on. What a killed deployer has left is swept when the next one begins. */
export function receiveUploads(machine: MachinePaths, now: () => number): Uploads {
  return {
    async begin({ artifact, tree, runtime }, signal): Promise<UploadBegun> {
      // A runtime that is there runs here, and so does what was built for it.
      if (!(await isThere(join(machine.runtimes, runtime, "runtime.json"))))
        refuseOtherPlatform(artifact.head.content.platform, thisPlatform());
      const { artifacts, trees, runtimes } = machine;
      for (const folder of [artifacts, trees, runtimes]) await makeOpen(folder);
      await Promise.all([artifacts, trees, runtimes].map(sweepTemps));
      return mindingTheDisk(artifacts, async () => ({
        artifact: await roomForArtifact(machine, artifact, now, signal),
        tree: tree === undefined ? "there" : await roomFor(trees, tree, "tree.json", now),
        runtime: await roomFor(runtimes, runtime, "runtime.json", now),
      }));
    },

    // What an artifact needs comes before it, so that one that is there can be placed.
    async finish({ artifact, tree, runtime }, signal) {
      await mindingTheDisk(machine.home, async () => {
        if (runtime !== undefined) await takeIn(machine, machine.runtimes, runtime, now, signal);
        if (tree !== undefined) await takeIn(machine, machine.trees, tree, now, signal);
        if (artifact !== undefined) await takeInArtifact(machine, artifact, now, signal);
      });
    },

    async giveUp(rooms) {
      const full: string[] = [];
      for (const { folder, sizeBytes } of rooms) {
        await removeWhole(folder);
        if (await lackedRoom(folder, sizeBytes)) full.push(dirname(folder));
      }
      if (full[0] !== undefined) throw diskFull(full[0], undefined);
    },
  };
}

/** Whoever writes into it may not have noticed yet that nobody wants it any more. */
async function removeWhole(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Asked when it is gone: what could not be written has left room again by then, and it is the whole that found none. */
async function lackedRoom(folder: string, sizeBytes: number): Promise<boolean> {
  return sizeBytes > 0 && (await hasNoRoom(dirname(folder), sizeBytes));
}

/** How many artifacts, trees or runtimes are looked through for what is the same. */
const likely = 5;

async function roomForArtifact(
  machine: MachinePaths,
  offer: ArtifactOffer,
  now: () => number,
  signal: AbortSignal,
): Promise<UploadBegun["artifact"]> {
  const place = artifactAt(machine, offer.id);
  if (await isThere(place.manifest)) {
    await markUsed(place.folder, now());
    return "there";
  }
  const base =
    offer.base === undefined ? undefined : await readManifest(artifactAt(machine, offer.base).manifest);
  if (offer.base !== undefined && base === undefined) return "base unknown";
  return layKnown(machine, manifestOf(offer, base), signal);
}

/** A folder of the artifact's with the files that are on the machine already; the others are told. */
async function layKnown(
  machine: MachinePaths,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<ArtifactRoom> {
  const folder = tempName(artifactAt(machine, manifest.id).folder);
  try {
    const missing = await layInto(folder, manifest, await knownFiles(machine), signal);
    const sizes = new Map(manifest.content.files.map((entry) => [entry.path, sizeOf(entry)]));
    const sizeBytes = missing.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
    // Nothing is sent that finds no room.
    if (sizeBytes > 0 && (await hasNoRoom(machine.artifacts, sizeBytes)))
      throw diskFull(machine.artifacts, undefined);
    return { folder, missing };
  } catch (error) {
    await removeWhole(folder);
    throw error;
  }
}

/** Gives the files that are to come. */
async function layInto(
  folder: string,
  manifest: Manifest,
  known: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const app = join(folder, "app");
  await mkdir(app, { recursive: true });
  const { files } = manifest.content;
  const folders = files.map(({ kind, path }) => join(app, kind === "folder" ? path : dirname(path)));
  for (const one of [...new Set(folders)].sort()) await mkdir(one, { recursive: true });
  const missing = await inParallel(files, 16, async (entry) => {
    signal.throwIfAborted();
    const to = join(app, entry.path);
    if (entry.kind === "link") await symlink(entry.target, to);
    if (entry.kind !== "file") return [];
    const from = known.get(keyOf(entry));
    if (from === undefined || !(await isLike(from, entry))) return [entry.path];
    await linkOrCopy(from, to, entry.mode);
    return [];
  });
  await writeKept(join(folder, "manifest.json"), { ...manifest });
  return missing.flat();
}

function sizeOf(entry: ManifestEntry): number {
  return entry.kind === "file" ? entry.sizeBytes : 0;
}

/** Files of the artifacts that were used last, by what they hold. */
async function knownFiles(machine: MachinePaths): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const folder of (await lastUsed(machine.artifacts)).slice(0, likely)) {
    const manifest = await readManifest(join(folder, "manifest.json")).catch(ifDamaged);
    for (const entry of manifest?.content.files ?? []) {
      const key = keyOf(entry);
      if (key !== "" && !found.has(key)) found.set(key, join(folder, "app", entry.path));
    }
  }
  return found;
}

function keyOf(entry: ManifestEntry): string {
  return entry.kind === "file" ? `${entry.sha256} ${entry.mode}` : "";
}

async function isLike(file: string, entry: ManifestEntry): Promise<boolean> {
  const found = await lstat(file).catch(ifMissing);
  return entry.kind === "file" && found?.isFile() === true && found.size === entry.sizeBytes;
}

async function roomFor(
  folder: string,
  name: string,
  record: string,
  now: () => number,
): Promise<"there" | FolderRoom> {
  const place = join(folder, name);
  if (await isThere(join(place, record))) {
    await markUsed(place, now());
    return "there";
  }
  return { folder: tempName(place), like: (await lastUsed(folder)).slice(0, likely) };
}

/** A hash over all of it was made on both sides, so whatever happened on the way is found. */
async function takeIn(
  machine: MachinePaths,
  parent: string,
  { name, folder, digest, fromHome }: ArrivedFolder,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  try {
    if ((await digestFolder(folder, [], signal)) !== digest) throw damaged(name);
    if (parent === machine.runtimes) await proveRuntime(folder, name, signal);
    else await reseatTree(folder, fromHome, machine.home);
    await openToAll(folder);
    await moveIn(folder, join(parent, name), now);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function takeInArtifact(
  machine: MachinePaths,
  { id, folder, files }: ArrivedArtifact,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  try {
    const manifest = await readManifest(join(folder, "manifest.json"));
    if (manifest === undefined) throw damaged(id);
    const modes = new Map(manifest.content.files.map((entry) => [entry.path, entry]));
    await inParallel(Object.entries(files), 16, async ([path, content]) => {
      const entry = modes.get(path);
      if (entry?.kind !== "file") throw damaged(id);
      await writeFile(join(folder, "app", path), Buffer.from(content, "base64"), { flag: "wx" });
      await chmod(join(folder, "app", path), entry.mode);
    });
    const faults = await verifyFiles(manifest, join(folder, "app"), signal);
    if (faults.length > 0) throw damaged(id, faults);
    await chmod(folder, 0o755);
    await moveIn(folder, artifactAt(machine, id).folder, now);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Another deployer may have been first with the very same. */
async function moveIn(folder: string, place: string, now: () => number): Promise<void> {
  try {
    await rename(folder, place);
  } catch (error) {
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
  }
  await markUsed(place, now());
}

/** Applications run as users of their own, whatever the umask of the machine that the files come from. */
async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  const wanted = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o555 : 0o444;
  if ((found.mode & wanted) !== wanted) await chmod(path, (found.mode & 0o7777) | wanted);
  if (found.isDirectory()) await inParallel(await readdir(path), 16, (name) => openToAll(join(path, name)));
}

async function makeOpen(folder: string): Promise<void> {
  if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
}

/** The folders in a folder, the one used last first. */
async function lastUsed(parent: string): Promise<string[]> {
  const names = (await readdir(parent)).filter((name) => !isTempName(name));
  const dated = await inParallel(names, 16, async (name) => {
    const found = await stat(join(parent, name)).catch(ifMissing);
    return found?.isDirectory() === true ? [{ path: join(parent, name), at: found.mtimeMs }] : [];
  });
  return dated
    .flat()
    .toSorted((a, b) => b.at - a.at)
    .map(({ path }) => path);
}

async function isThere(file: string): Promise<boolean> {
  return (await lstat(file).catch(ifMissing)) !== undefined;
}

function ifMissing(error: unknown): undefined {
  if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
  throw error;
}

/** A damaged artifact only helps less. */
function ifDamaged(error: unknown): undefined {
  if (error instanceof CozyError) return undefined;
  throw error;
}

function damaged(name: string, details: readonly string[] = []): CozyError {
  return new CozyError("upload-damaged", {
    message: `${name} did not arrive as it was sent: its content is another.`,
    state: "It was removed on arrival; nothing else was changed.",
    next: "Run the same command again.",
    details: details.slice(0, 20),
  });
}
