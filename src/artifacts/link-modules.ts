import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { inParallel } from "./in-parallel.ts";

/**
 * Makes `node_modules` of a build: a folder of the build's own with a link to each package, so that what tools write beside the
 * packages (`node_modules/.cache`) stays in the build and does not reach the shared tree.
 */
export async function linkModules(modules: string, appFolder: string): Promise<void> {
  const own = join(appFolder, "node_modules");
  await mkdir(own);
  const names = await readdir(modules);
  await inParallel(names, 16, (name) => symlink(join(modules, name), join(own, name)));
}
