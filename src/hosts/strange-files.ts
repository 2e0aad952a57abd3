import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readManifest, type ManifestEntry } from "../artifacts/manifest.ts";
import { systemCode } from "../errors/cozy-error.ts";
import type { EnvironmentPaths } from "./environment-paths.ts";
import { releaseAt } from "./release-folder.ts";

export interface StrangeFiles {
  /** Files that the release's own processes made or changed, relative to the application, sorted. */
  readonly files: readonly string[];
  /** Whether there may be more: the look was cut off. */
  readonly cutOff: boolean;
}

/** How much is looked at: this is a courtesy, and nobody waits for it. */
export interface LookLimits {
  readonly entries: number;
  readonly timeMs: number;
}

const usualLimits: LookLimits = { entries: 1_000, timeMs: 200 };

/** What runtimes make for themselves, and trees that belong to cozy. */
const notLookedInto = new Set(["node_modules", "__pycache__", ".venv"]);

/** File systems and clocks are not exact to the millisecond. */
const slackMs = 1_000;

/**
 * What a release wrote into its own folder, which the next release will not see: names that its manifest lacks, and files that are
 * younger than the release. Only names and times are looked at, outer folders first; links, as to what outlives releases, are passed by.
 */
export async function strangeFiles(
  paths: EnvironmentPaths,
  release: string,
  limits: LookLimits = usualLimits,
): Promise<StrangeFiles> {
  const place = releaseAt(paths, release);
  const manifest = await readManifest(place.manifest);
  if (manifest === undefined) return { files: [], cutOff: false };
  const known = new Map(manifest.content.files.map((entry) => [entry.path, entry]));
  const placedAt = (await stat(place.record)).mtimeMs;
  const end = performance.now() + limits.timeMs;
  const files: string[] = [];
  const folders = [""];
  let looked = 0;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of await entriesOf(join(place.app, folder))) {
      looked += 1;
      if (looked > limits.entries || performance.now() > end) return { files: files.sort(), cutOff: true };
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !notLookedInto.has(entry.name)) folders.push(path);
      if (entry.isFile() && (await isStrange(join(place.app, path), known.get(path), placedAt)))
        files.push(path);
    }
  }
  return { files: files.sort(), cutOff: false };
}

/** As a line for a person who is about to deploy; none where there is nothing to tell. */
export function strangeFilesWarning({ files, cutOff }: StrangeFiles): readonly string[] {
  if (files.length === 0) return [];
  const shown = files.slice(0, 3).join(", ");
  const count = `${cutOff ? "at least " : ""}${files.length} file${files.length === 1 ? "" : "s"}`;
  return [
    `The serving release wrote ${count} into its own folder, which the next release will not see: ${shown}${files.length > 3 || cutOff ? ", …" : ""}; name the folder in \`persist\`.`,
  ];
}

async function isStrange(file: string, known: ManifestEntry | undefined, placedAt: number): Promise<boolean> {
  if (known === undefined) return true;
  try {
    return (await stat(file)).mtimeMs > placedAt + slackMs;
  } catch {
    return false; // gone meanwhile
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "EACCES") return [];
    throw error;
  }
}
