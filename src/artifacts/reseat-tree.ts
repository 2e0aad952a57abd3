import { lstat, readdir, readFile, readlink, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { tempName } from "./temp-name.ts";

/**
 * Makes a tree of Python packages that was installed for another home folder of cozy one of this home: its programs begin with the path
 * of the Python that runs them, and its own Python is a link into the runtimes. A tree of npm's holds no paths, and stays as it is.
 */
export async function reseatTree(tree: string, fromHome: string, toHome: string): Promise<void> {
  if (fromHome === toHome) return;
  const reseat = (text: string): string => reseated(text, fromHome, toHome);
  for (const file of await candidates(tree)) await reseatFile(file, reseat);
}

/** Pure: every path below the one home becomes the same below the other. */
export function reseated(text: string, fromHome: string, toHome: string): string {
  return text.replaceAll(`${fromHome}/`, `${toHome}/`);
}

/** The programs, the environment's own record, and the files that lead from it to other folders. */
async function candidates(tree: string): Promise<string[]> {
  const programs = await pathsIn(join(tree, "bin"));
  const libraries = await pathsIn(join(tree, "lib"));
  const pointers = await Promise.all(libraries.map((library) => pathsIn(join(library, "site-packages"))));
  return [join(tree, "pyvenv.cfg"), ...programs, ...pointers.flat().filter((path) => path.endsWith(".pth"))];
}

async function reseatFile(file: string, reseat: (text: string) => string): Promise<void> {
  const found = await lstat(file).catch(ifMissing);
  if (found === undefined) return;
  if (found.isSymbolicLink()) {
    const target = await readlink(file);
    if (reseat(target) === target) return;
    const temp = tempName(file);
    await symlink(reseat(target), temp);
    await rename(temp, file);
  } else if (found.isFile()) {
    // One byte a character: what is no text comes out as it was.
    const content = await readFile(file, "latin1");
    const changed = reseat(content);
    if (changed === content || content.includes("\0")) return;
    // A new file, because the one that is there may be another tree's too.
    const temp = tempName(file);
    await writeFile(temp, changed, { encoding: "latin1", mode: found.mode & 0o777 });
    await rename(temp, file);
  }
}

async function pathsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(ifMissing);
  return (names ?? []).map((name) => join(folder, name));
}

function ifMissing(error: unknown): undefined {
  if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
  throw error;
}
