import { setTimeout } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import { openQuietly } from "../shared/open-quietly.ts";

/** SQLite's word for "another has the lock"; its extended codes keep it in the low byte. */
const busy = 5;

/**
 * A lock that no other process, and nothing else in this one, has at the same time. It is the kernel's, taken through SQLite,
 * because Node itself offers none: it falls with the process, so a killed one never leaves it behind.
 * `undefined` where it could not be had in time.
 */
export async function exclusiveLock(path: string, waitMs: number): Promise<{ release(): void } | undefined> {
  const database = openQuietly(path);
  try {
    if (await lockedWithin(database, waitMs)) return { release: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
  database.close();
  return undefined;
}

/** SQLite's own waiting would stop the whole process, and with it the very action that is waited for. */
async function lockedWithin(lock: DatabaseSync, waitMs: number): Promise<boolean> {
  const until = performance.now() + waitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 20)) {
    if (tryLock(lock)) return true;
    if (performance.now() >= until) return false;
    await setTimeout(pauseMs);
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    // Nothing is ever written, and a journal for that would find no room on a full disk.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    if (code === busy) return false;
    throw error;
  }
}
