import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "./thrown.ts";

/** That the group may write, and that what is made within gets the same group. */
const shared = 0o2020;

/**
 * Whether two users write into a folder through its group: on a server the deployer's and the application's own do so where `cozy setup`
 * has made it like this. Elsewhere everything of an environment is one user's alone.
 */
export function isShared(folder: string): boolean {
  try {
    return (statSync(folder).mode & shared) === shared;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** The mode of a file that is made in the folder. */
export function fileModeIn(folder: string): number {
  return isShared(folder) ? 0o660 : 0o600;
}

/** Makes a folder where it is missing, shared where the one that it lies in is, else for its owner alone; those above are made with it. */
export function makeFolderWithin(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 });
  try {
    makeNewFolder(folder);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

/** The same for one that is not there yet, in a folder that is. */
export function makeNewFolder(folder: string): void {
  const withOthers = isShared(dirname(folder));
  mkdirSync(folder, { mode: withOthers ? 0o770 : 0o700 });
  // The user's mask may have taken the group's right. The application's own does not, and could not set the mode anew in its sandbox.
  if (withOthers && !isShared(folder)) chmodSync(folder, 0o2770);
}

/** Lets the group write into a file of this user's, where its folder is shared. */
export function shareFile(file: string): void {
  if (!isShared(dirname(file))) return;
  try {
    chmodSync(file, 0o660);
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error; // the other user's, who has done so
  }
}
