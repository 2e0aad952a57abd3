import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { systemCode } from "../shared/thrown.ts";
import { openQuietly } from "../shared/open-quietly.ts";

export interface CopyProgress {
  readonly pages: number;
  readonly totalPages: number;
}

/** The page counts of the steps that a copy is tried in: each is shorter to wait for, and more often overtaken by a writer, than the next. */
const stepPages = [256, 2_048, 16_384, 2 ** 31 - 1];
/** How often a writer may overtake a copy before it is tried in longer steps. */
const mostRestarts = 3;

/**
 * A consistent copy of a SQLite database that others are writing to. With a write-ahead log it is the state of one moment, and no writer
 * waits at all. Without one, a writer waits for a step at most, a few milliseconds; each write has SQLite begin the copy anew, so where
 * writers keep overtaking it, it takes longer steps, the last one whole. Gives the moment that the copy is of, or an earlier one.
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
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    const { backup } = process.getBuiltinModule("node:sqlite");
    // Node before 22.16 has no copy in steps; this one keeps writers out while it lasts, unless there is a write-ahead log.
    if (typeof backup !== "function") return vacuumInto(source, to, now());
    return mode === "wal"
      ? await copySnapshot(source, to, now, signal, onProgress)
      : await copyInSteps(source, to, now, signal, onProgress);
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

/** A transaction that reads keeps this moment's state for the copy, while writers append to the log. */
async function copySnapshot(
  source: DatabaseSync,
  to: string,
  now: () => number,
  signal: AbortSignal,
  onProgress: (progress: CopyProgress) => void,
): Promise<number> {
  source.exec("BEGIN");
  const at = now();
  source.prepare("SELECT count(*) FROM sqlite_schema").get();
  await inSteps(source, to, 1_024, ({ pages, totalPages }) => {
    signal.throwIfAborted();
    onProgress({ pages, totalPages });
  });
  return at;
}

async function copyInSteps(
  source: DatabaseSync,
  to: string,
  now: () => number,
  signal: AbortSignal,
  onProgress: (progress: CopyProgress) => void,
): Promise<number> {
  for (const [index, step] of stepPages.entries()) {
    const isLast = index === stepPages.length - 1;
    let at = now();
    let restarts = 0;
    let before = 0;
    try {
      // A copy that begins anew is of a later moment.
      await inSteps(source, to, step, ({ pages, totalPages }) => {
        signal.throwIfAborted();
        if (pages <= before) {
          at = now();
          restarts += 1;
          if (restarts > mostRestarts && !isLast) throw new Overtaken();
        }
        before = pages;
        onProgress({ pages, totalPages });
      });
      return at;
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  throw new Error("the last of the steps is never given up");
}

class Overtaken extends Error {}

async function inSteps(
  source: DatabaseSync,
  to: string,
  rate: number,
  onStep: (progress: CopyProgress) => void,
): Promise<void> {
  const { backup } = process.getBuiltinModule("node:sqlite");
  await backup(source, to, {
    rate,
    progress: ({ totalPages, remainingPages }) => onStep({ pages: totalPages - remainingPages, totalPages }),
  });
}

function vacuumInto(source: DatabaseSync, to: string, at: number): number {
  source.exec("PRAGMA query_only = OFF");
  source.prepare("VACUUM INTO ?").run(to);
  return at;
}
