import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { systemCode } from "../shared/thrown.ts";
import { openQuietly } from "../shared/open-quietly.ts";
import { copyUnderLock } from "./copy-under-lock.ts";

/** Done so far, of the whole; in pages, or in bytes. */
export interface CopyProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: "pages" | "bytes";
}

/** Pages that are copied before anything else of this process has its turn. */
const stepPages = 1_024;

/**
 * A consistent copy of a SQLite database that others are writing to. With a write-ahead log it is the state of one moment, and no writer
 * waits at all. Without one writers wait while what has changed is looked for, which takes as long as reading the file from memory. Gives
 * the moment that the copy is of, or an earlier one. The disk need not have all of it yet.
 */
export async function copyDatabase(
  from: string,
  to: string,
  now: () => number,
  signal: AbortSignal,
  onProgress: (progress: CopyProgress) => void = () => undefined,
): Promise<number> {
  const source = openSource(from);
  try {
    source.exec("PRAGMA busy_timeout = 10000; PRAGMA query_only = ON");
    // Of what is no database SQLite says so here.
    const mode = source.prepare("PRAGMA journal_mode").get()?.["journal_mode"];
    lockToRead(source);
    source.exec("COMMIT");
    return mode === "wal"
      ? await copySnapshot(source, to, now, signal, onProgress)
      : await copyLocked(source, from, to, now, signal, onProgress);
  } finally {
    source.close();
  }
}

/** For writing where that is allowed: a journal that a killed writer left has to be rolled back before anything can be read. */
function openSource(file: string): DatabaseSync {
  try {
    return openQuietly(uri(file, "rw"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") throw error;
    return openQuietly(uri(file, "ro"), { readOnly: true });
  }
}

function uri(file: string, mode: "rw" | "ro"): URL {
  const url = pathToFileURL(file);
  url.searchParams.set("mode", mode);
  return url;
}

/** From here on what is read is of one moment, until the transaction ends. */
function lockToRead(source: DatabaseSync): void {
  source.exec("BEGIN");
  source.prepare("SELECT count(*) FROM sqlite_schema").get();
}

/** A transaction that reads keeps this moment's state for the copy, while writers append to the log. */
async function copySnapshot(
  source: DatabaseSync,
  to: string,
  now: () => number,
  signal: AbortSignal,
  onProgress: (progress: CopyProgress) => void,
): Promise<number> {
  const { backup } = process.getBuiltinModule("node:sqlite");
  const at = now();
  // Node before 22.16 has no copy in steps.
  if (typeof backup !== "function") {
    source.exec("PRAGMA query_only = OFF");
    source.prepare("VACUUM INTO ?").run(to);
    return at;
  }
  lockToRead(source);
  await backup(source, to, {
    rate: stepPages,
    progress({ totalPages, remainingPages }) {
      signal.throwIfAborted();
      onProgress({ done: totalPages - remainingPages, total: totalPages, unit: "pages" });
    },
  });
  return at;
}

/** Writers commit to the file itself here, and can't while somebody reads in a transaction. */
async function copyLocked(
  source: DatabaseSync,
  from: string,
  to: string,
  now: () => number,
  signal: AbortSignal,
  onProgress: (progress: CopyProgress) => void,
): Promise<number> {
  let at = 0;
  const lock = {
    take() {
      lockToRead(source);
      at = now();
    },
    release: () => source.exec("COMMIT"),
  };
  await copyUnderLock(from, to, lock, signal, (done, total) => onProgress({ done, total, unit: "bytes" }));
  return at;
}
