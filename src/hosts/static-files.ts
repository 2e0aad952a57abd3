import { lstatSync, statSync } from "node:fs";
import { chmod, lstat, mkdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { mindingTheDisk } from "../artifacts/disk-full.ts";
import { inParallel } from "../artifacts/in-parallel.ts";
import { readManifest } from "../artifacts/manifest.ts";
import { linkOrCopy } from "../artifacts/place-files.ts";
import { hashFile } from "../artifacts/scan-files.ts";
import { isTempName, sweepTemps, tempName } from "../artifacts/temp-name.ts";
import { systemCode } from "../errors/cozy-error.ts";
import type { EnvironmentPaths } from "./environment-paths.ts";
import { namesIn, releaseAt, releaseNames, unknownRelease } from "./release-folder.ts";

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
  const missing = files.filter((path) => !isServed(join(app, staticFolder, path), join(paths.static, path)));
  const folders = new Set(missing.map((path) => dirname(join(paths.static, path))));
  for (const folder of [...folders].sort()) await makeFolder(paths.static, folder);
  return mindingTheDisk(paths.static, async () => {
    const outcomes = await inParallel(missing, 16, async (path) => {
      signal.throwIfAborted();
      return { path, outcome: await publish(join(app, staticFolder, path), join(paths.static, path), paths) };
    });
    return {
      added: outcomes.filter(({ outcome }) => outcome === "added").length,
      replaced: outcomes.filter(({ outcome }) => outcome === "replaced").map(({ path }) => path),
    };
  });
}

/**
 * Whether it is the very file that is served, as all of a release's are that was published before. A rollback waits for this, and is told
 * some ten times sooner without turns through the thread pool.
 */
function isServed(file: string, to: string): boolean {
  const [offered, served] = [file, to].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (served?.isFile() !== true || offered?.ino !== served.ino || offered.dev !== served.dev) return false;
  return lstatSync(to).isFile(); // a link to it is no file of its own
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
  // Whoever serves them is another user on a server, whatever the umask of the one who lays them.
  await chmod(folder, 0o755);
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
