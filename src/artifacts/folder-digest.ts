import { lstat, readdir, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { sha256 } from "./canonical-json.ts";
import { inParallel } from "./in-parallel.ts";
import { hashFile } from "./scan-files.ts";

const width = 16;

/**
 * One hash of all that a folder holds: paths, what can be executed, where links lead, and the contents. Times and owners are no part of
 * it, so that a copy on another machine has the same. `leftOut` names paths that count for nothing.
 */
export async function digestFolder(
  folder: string,
  leftOut: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const lines = await linesOf(folder, "", new Set(leftOut), signal);
  return sha256(lines.toSorted().join("\n"));
}

async function linesOf(
  folder: string,
  below: string,
  leftOut: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const nested = await inParallel(entries, width, async (entry) => {
    signal.throwIfAborted();
    const path = posix.join(below, entry.name);
    if (leftOut.has(path)) return [];
    if (entry.isDirectory())
      return [JSON.stringify([path]), ...(await linesOf(folder, path, leftOut, signal))];
    return [await lineOf(folder, path)];
  });
  return nested.flat();
}

async function lineOf(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  const found = await lstat(file);
  if (found.isSymbolicLink()) return JSON.stringify([path, "link", await readlink(file)]);
  const mode = (found.mode & 0o100) === 0 ? "file" : "program";
  return JSON.stringify([path, mode, await hashFile(file, found.size)]);
}
