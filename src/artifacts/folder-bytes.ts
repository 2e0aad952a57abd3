import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { inParallel } from "./in-parallel.ts";

/** How many bytes the files in a folder hold. */
export async function folderBytes(folder: string): Promise<number> {
  const sizes = await inParallel(await readdir(folder, { withFileTypes: true }), 16, async (entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? folderBytes(path) : (await lstat(path)).size;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
