import { chmod, constants, copyFile, link, mkdir, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { inParallel } from "./in-parallel.ts";
import type { ManifestEntry } from "./manifest.ts";

const width = 16;

/**
 * Whether a release's files are the artifact's own under another name, or copies: cheap ones, where the file system can share their
 * content until one is written to.
 */
export type HowToLay = "link" | "copy";

/** Lays an artifact's files into a new folder: hard links to the artifact's own, copies where the file system has none. */
export async function placeFiles(
  from: string,
  to: string,
  entries: readonly ManifestEntry[],
  signal: AbortSignal,
  how: HowToLay = "link",
): Promise<void> {
  await makeFolders(to, entries);
  await inParallel(entries, width, async (entry) => {
    signal.throwIfAborted();
    if (entry.kind === "link") await symlink(entry.target, join(to, entry.path));
    if (entry.kind === "file")
      await linkOrCopy(join(from, entry.path), join(to, entry.path), entry.mode, how);
  });
}

/** The same as files of their own that can be written to. */
export async function copyFiles(from: string, to: string, entries: readonly ManifestEntry[]): Promise<void> {
  await makeFolders(to, entries);
  await inParallel(entries, width, async (entry) => {
    if (entry.kind === "link") await symlink(entry.target, join(to, entry.path));
    if (entry.kind !== "file") return;
    await copyFile(join(from, entry.path), join(to, entry.path), constants.COPYFILE_FICLONE);
    await chmod(join(to, entry.path), entry.mode | 0o200);
  });
}

/** Makes each folder once, outer ones first. */
async function makeFolders(to: string, entries: readonly ManifestEntry[]): Promise<void> {
  const folders = new Set(
    entries.map(({ kind, path }) => join(to, kind === "folder" ? path : dirname(path))),
  );
  await mkdir(to, { recursive: true });
  for (const folder of [...folders].sort()) await mkdir(folder, { recursive: true });
}

const noLinkHere = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "EACCES", "ENOSYS"]);

export async function linkOrCopy(
  from: string,
  to: string,
  mode: number,
  how: HowToLay = "link",
): Promise<void> {
  if (how === "copy") return copyTo(from, to, mode);
  try {
    await link(from, to);
  } catch (error) {
    if (!noLinkHere.has(systemCode(error) ?? "")) throw error;
    await copyTo(from, to, mode);
  }
}

async function copyTo(from: string, to: string, mode: number): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  // The copy has the mode of what it was made from, unless that was changed or the umask took some of it.
  if (((await stat(to)).mode & 0o777) !== mode) await chmod(to, mode);
}
