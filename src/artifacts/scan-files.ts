import { chmod, lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { sha256 } from "./canonical-json.ts";
import { inParallel } from "./in-parallel.ts";
import { sortedByPath, type ManifestEntry } from "./manifest.ts";
import { hashFile as hashLargeFile } from "../shared/hash-file.ts";

const width = 16;
const readWhole = 4 * 1024 * 1024;

/** Hashes every file of a folder and makes it read-only; `except` names entries at the top that are left alone. */
export async function freezeFiles(
  folder: string,
  except: readonly string[],
  signal: AbortSignal,
): Promise<ManifestEntry[]> {
  const paths = await listPaths(folder, "", except);
  const entries = await inParallel(paths, width, async (path) => {
    signal.throwIfAborted();
    return freeze(folder, path);
  });
  return sortedByPath(entries);
}

/** The paths of everything but folders that hold something. */
async function listPaths(folder: string, below: string, except: readonly string[]): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const kept = entries.filter(({ name }) => !except.includes(name));
  if (kept.length === 0) return below === "" ? [] : [below];
  const nested = await inParallel(kept, 8, async (entry) => {
    const path = posix.join(below, entry.name);
    return entry.isDirectory() ? listPaths(folder, path, []) : [path];
  });
  return nested.flat();
}

async function freeze(folder: string, path: string): Promise<ManifestEntry> {
  const file = join(folder, path);
  const found = await lstat(file);
  if (found.isDirectory()) return { kind: "folder", path };
  if (found.isSymbolicLink()) return linkEntry(path, await readlink(file));
  if (!found.isFile()) {
    throw new CozyError("file-kind-refused", {
      message: `${path} is neither a file, a folder nor a symbolic link; an artifact can't hold it.`,
      state: "No artifact was made.",
      next: `Have the build command remove ${path}.`,
    });
  }
  const mode = (found.mode & 0o100) === 0 ? 0o444 : 0o555;
  await chmod(file, mode);
  return { kind: "file", path, mode, sizeBytes: found.size, sha256: await hashFile(file, found.size) };
}

/** A link out of the application would mean something else, or nothing, where the release runs. */
function linkEntry(path: string, target: string): ManifestEntry {
  const place = posix.join(posix.dirname(path), target);
  if (!posix.isAbsolute(target) && place !== ".." && !place.startsWith("../"))
    return { kind: "link", path, target };
  throw new CozyError("link-leaves-artifact", {
    message: `${path} is a symbolic link to ${target}, which is outside the application.`,
    state: "No artifact was made.",
    next: `Replace ${path} by the files themselves, or name the folder in \`persist\` of cozy.config.ts.`,
  });
}

export async function hashFile(file: string, sizeBytes: number): Promise<string> {
  if (sizeBytes <= readWhole) return sha256(await readFile(file));
  return hashLargeFile(file);
}
