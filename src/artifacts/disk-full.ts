import { statfs } from "node:fs/promises";
import { CozyError, systemCode } from "../errors/cozy-error.ts";

const nothingLeft = 64 * 1024;

/** Runs `work`, which writes below `folder`; a full disk becomes an error that names the folder. */
export async function mindingTheDisk<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOSPC" || code === "EDQUOT") throw diskFull(folder, error);
    // git and npm tell a full disk by a message only, so the disk itself is asked.
    if (error instanceof CozyError && error.code !== "disk-full" && (await isFull(folder))) {
      throw diskFull(folder, error);
    }
    throw error;
  }
}

/** Whether so many bytes find no room on a folder's disk. */
export async function hasNoRoom(folder: string, sizeBytes: number): Promise<boolean> {
  const disk = await statfs(folder).catch(() => undefined);
  return disk !== undefined && disk.bavail * disk.bsize <= sizeBytes;
}

async function isFull(folder: string): Promise<boolean> {
  const disk = await statfs(folder).catch(() => undefined);
  if (disk === undefined) return false;
  return disk.bavail * disk.bsize <= nothingLeft || (disk.files > 0 && disk.ffree === 0);
}

export function diskFull(folder: string, cause: unknown): CozyError {
  return new CozyError("disk-full", {
    message: `There is no space left on the disk of ${folder}.`,
    state: "What was half-made has been removed; nothing else changed.",
    next: `Make room on that disk, or set COZY_HOME to a folder on another one, then run the command again.`,
    details: cause instanceof CozyError ? cause.details : [],
    cause,
  });
}
