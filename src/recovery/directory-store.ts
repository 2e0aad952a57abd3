import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { flush } from "../shared/atomic-write.ts";
import { makeFolderWithin, makeNewFolder } from "../shared/shared-folder.ts";
import type { StoreName } from "./backup.ts";
import { partsOfId } from "./backup-id.ts";

/** The folder of one environment's backups in a store: `<id>/` each, and `<id>.partial/` what is not a backup yet or no longer. */
export interface DirectoryStore {
  readonly name: StoreName;
  readonly folder: string;
  /** Whether the folder may be made whenever it is missing; any other may be a disk that is not mounted. */
  readonly isOwn: boolean;
}

export async function isThere({ folder }: DirectoryStore): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw error;
  }
}

export async function createStore({ folder }: DirectoryStore): Promise<void> {
  makeFolderWithin(folder);
}

/** Makes cozy's own store where it is missing; refuses to make another one, which would fill the disk beneath. */
export async function readyStore(store: DirectoryStore, environment: string): Promise<void> {
  if (await isThere(store)) return;
  if (!store.isOwn) throw storeMissing(store, environment);
  await createStore(store);
}

/** Oldest first. */
export async function storedIds({ folder }: DirectoryStore): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => partsOfId(name) !== undefined).toSorted();
}

/** A backup is there whole or not at all: `fill` writes into another folder, which gets its name once the disk has all of it. */
export async function put<Value>(
  { folder }: DirectoryStore,
  id: string,
  fill: (folder: string) => Promise<Value>,
): Promise<Value> {
  const partial = join(folder, `${id}${partialEnd}`);
  try {
    makeNewFolder(partial);
    const value = await fill(partial);
    await flush(partial);
    await rename(partial, join(folder, id));
    await flush(folder);
    return value;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** A removal that is cut off leaves no backup with half of its files. */
export async function remove({ folder }: DirectoryStore, id: string): Promise<void> {
  const partial = join(folder, `${id}${partialEnd}`);
  await rename(join(folder, id), partial);
  await rm(partial, { recursive: true, force: true });
}

/** Removes what killed processes have left; only for whoever has the lock of the environment's backups. */
export async function clearPartials({ folder }: DirectoryStore): Promise<void> {
  const partials = (await namesIn(folder)).filter(
    (name) => name.endsWith(partialEnd) && partsOfId(name.slice(0, -partialEnd.length)) !== undefined,
  );
  for (const name of partials) await rm(join(folder, name), { recursive: true, force: true });
}

const partialEnd = ".partial";

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

export function storeMissing({ folder, name }: DirectoryStore, environment: string): CozyError {
  const weekly = name === "weekly" ? " --weekly" : "";
  return new CozyError("backup-store-missing", {
    message: `${folder} is not there. It may be on a disk that is not mounted, so it is not made by itself.`,
    state: "Nothing was backed up, and nothing was changed.",
    next: `Mount the disk; or, for a new store: cozy backup ${environment}${weekly} --create-store`,
  });
}
