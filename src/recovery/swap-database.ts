import { chmod, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { openSqlite } from "../databases/open-sqlite.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { flush } from "../shared/atomic-write.ts";
import { pause } from "../shared/pause.ts";
import { messageOf } from "../shared/thrown.ts";
import { openBy, type Opener } from "./open-by.ts";
import { companions, exists, keepAs, moveCompanions, realFile, sizeOf, swapFiles } from "./swap-files.ts";

/** How long processes that were told to end may still hold the database open. */
const stragglersMs = 5_000;

export interface SwapOptions {
  readonly patienceMs?: number | undefined;
  /** Who tells which processes have files open; the system, as far as this user may know, where it is left out. */
  readonly openBy?: typeof openBy | undefined;
}

/** Whether the restored database of this restore is the one in use. */
export async function isInPlace(database: string, stamp: string): Promise<boolean> {
  const { restored, before } = swapFiles(database, stamp);
  return (await exists(before)) && !(await exists(restored));
}

/**
 * Puts the restored database in the place of the one in use, which stays beside it whole. One rename decides, so whoever is killed here
 * leaves the one or the other; can be run again. Nobody may have the database open.
 */
export async function putInPlace(
  database: string,
  stamp: string,
  signal: AbortSignal,
  options: SwapOptions = {},
): Promise<void> {
  if (await isInPlace(database, stamp)) return;
  const { restored, before } = swapFiles(database, stamp);
  if (!(await exists(restored))) throw failed(database, `${restored} is not there`);
  await untilUnused(database, signal, options);
  const mode = await settle(database);
  signal.throwIfAborted();
  try {
    await likeTheOther(restored, database, mode);
    await keepAs(database, before);
    // What could not be brought into its own file goes with it; of a sound database nothing is left there.
    if (mode === "unreadable") await moveCompanions(database, before);
    else await withoutEmptyLog(database);
    await flush(dirname(database));
    await rename(restored, database);
    await flush(dirname(database));
  } catch (error) {
    throw error instanceof CozyError ? error : failed(database, messageOf(error), error);
  }
}

/**
 * Puts the database that was in use before back, and keeps the restored one aside, since somebody may have written to it. Gives the name
 * that it has then; `undefined` where it was not in use. Can be run again.
 */
export async function takeOut(
  database: string,
  stamp: string,
  signal: AbortSignal,
  options: SwapOptions = {},
): Promise<string | undefined> {
  const { restored, before, takenBack } = swapFiles(database, stamp);
  if (!(await exists(before))) return undefined;
  if (await exists(restored)) {
    // The rename never came: the one in use is what it was, under one name or two.
    if (await exists(database)) await rm(before, { force: true });
    else await rename(before, database);
    await moveCompanions(before, database);
    return undefined;
  }
  await untilUnused(database, signal, options);
  if (await exists(database)) {
    const mode = await settle(database);
    await keepAs(database, takenBack);
    if (mode === "unreadable") await moveCompanions(database, takenBack);
    else await withoutEmptyLog(database);
  }
  if ((await sizeOf(before)) === 0) {
    await rm(database, { force: true });
    await rm(before, { force: true });
  } else {
    await rename(before, database);
    await moveCompanions(before, database);
  }
  await flush(dirname(database));
  return takenBack;
}

/** Instances that were told to end take a moment; whatever else has the database open would go on writing to the old one. */
async function untilUnused(database: string, signal: AbortSignal, options: SwapOptions): Promise<void> {
  const { patienceMs = stragglersMs, openBy: look = openBy } = options;
  const real = await realFile(database);
  const files = [real, ...companions.map((end) => `${real}${end}`)];
  let openers: readonly Opener[] = [];
  for (let waited = 0; waited <= patienceMs; waited += 100) {
    openers = await look(files);
    if (openers.length === 0) return;
    await pause(100, signal);
  }
  throw inUse(
    database,
    openers.map(({ pid, name }) => `${name} (process ${pid})`),
  );
}

/**
 * Brings all that was written into the file itself, and gives how the database keeps its journal; `unreadable` where SQLite can't open
 * it, which is no obstacle: it is about to be replaced, and is kept as it is.
 */
async function settle(database: string): Promise<string> {
  if (!(await exists(database))) return "none";
  // Of what is no database SQLite would remove the log, which may hold what is left of the data.
  if (!(await looksLikeDatabase(database))) return "unreadable";
  try {
    const opened = openSqlite(database, { write: true });
    try {
      opened.prepare("SELECT count(*) FROM sqlite_schema").get(); // rolls back what a killed writer left
      const checkpoint = opened.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
      if (checkpoint?.["busy"] === 1) throw inUse(database, []);
      return String(opened.prepare("PRAGMA journal_mode").get()?.["journal_mode"]);
    } finally {
      opened.close();
    }
  } catch (error) {
    if (error instanceof CozyError) throw error;
    if (codeOf(error) === busyCode || codeOf(error) === lockedCode) throw inUse(database, []);
    return "unreadable";
  }
}

async function looksLikeDatabase(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return bytesRead === 16 && buffer.toString("latin1") === "SQLite format 3\0";
  } finally {
    await handle.close();
  }
}

const busyCode = 5;
const lockedCode = 6;

/** SQLite's own number, without its finer shades. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return error.errcode & 0xff;
}

/** Who may read it, and how it keeps its journal: a migration may have set that once and for all. */
async function likeTheOther(restored: string, database: string, mode: string): Promise<void> {
  const other = (await exists(database)) ? await stat(database) : undefined;
  await chmod(restored, (other?.mode ?? 0o600) & 0o777);
  if (mode !== "wal") return;
  const opened = openSqlite(restored, { write: true });
  try {
    opened.exec("PRAGMA journal_mode = WAL");
  } finally {
    opened.close();
  }
}

/** A log with something in it would be played into whatever database stands there next. */
async function withoutEmptyLog(database: string): Promise<void> {
  if (((await sizeOf(`${database}-wal`)) ?? 0) > 0) throw inUse(database, []);
  for (const end of companions) await rm(`${database}${end}`, { force: true });
}

function inUse(database: string, openers: readonly string[]): CozyError {
  const who = openers.length === 0 ? "Something" : openers.join(", ");
  return new CozyError("database-in-use", {
    message: `${who} still has ${database} open, and would go on writing to the one that is replaced.`,
    next: `End it (this names it: fuser -v ${database}), then run the same command again.`,
  });
}

function failed(database: string, why: string, cause?: unknown): CozyError {
  return new CozyError("restore-failed", {
    message: `The restored database could not be put in the place of ${database}: ${why}.`,
    cause,
  });
}
