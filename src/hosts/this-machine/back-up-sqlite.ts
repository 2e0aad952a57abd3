import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, messageOf, systemCode } from "../../errors/cozy-error.ts";
import type { BackupReport } from "../host.ts";

/** Copies kept beside the newest one. */
const keptCopies = 9;

/**
 * A consistent copy of a SQLite database that is being written to, made by SQLite itself, checked before it counts, and put in place
 * by a rename. The oldest copies beyond ten are removed afterwards.
 */
export async function backUpSqlite(
  database: string,
  folder: string,
  name: string,
): Promise<BackupReport | undefined> {
  if (!(await exists(database))) return undefined;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.sqlite`);
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  try {
    await copyWhole(database, partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new CozyError("backup-failed", {
      message: `${database} could not be copied to ${folder}: ${messageOf(error)}.`,
      state: "The database is as it was; no migration has run.",
      cause: error,
    });
  }
  await removeOldest(folder);
  return { file, sizeBytes: (await stat(file)).size };
}

async function copyWhole(database: string, to: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  const source = new DatabaseSync(database, { readOnly: true });
  try {
    source.exec("PRAGMA busy_timeout = 10000");
    source.prepare("VACUUM INTO ?").run(to);
  } finally {
    source.close();
  }
  const copy = new DatabaseSync(to, { readOnly: true });
  try {
    const [check] = copy.prepare("PRAGMA quick_check").all();
    if (check?.["quick_check"] !== "ok") throw new Error(`the copy is damaged: ${JSON.stringify(check)}`);
  } finally {
    copy.close();
  }
  const handle = await open(to, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeOldest(folder: string): Promise<void> {
  const copies = (await readdir(folder)).filter((file) => file.endsWith(".sqlite")).toSorted();
  const old = copies.slice(0, Math.max(0, copies.length - keptCopies - 1));
  await Promise.all(old.map((file) => rm(join(folder, file), { force: true })));
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}
