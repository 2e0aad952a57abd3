import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { openQuietly } from "../shared/open-quietly.ts";
import { messageOf, systemCode } from "../shared/thrown.ts";

/**
 * `written`; `nothing there` where there is no database yet, or one without a table; `in use` where somebody else was writing all the
 * while.
 */
export type Beat = "written" | "nothing there" | "in use";

/** How long a beat waits for others, in milliseconds: so long, at the most, do new readers of the application wait for it. */
const patienceMs = 50;

/**
 * Writes the time into the one row of `cozy_heartbeat`, so that every copy of the database says how old its data is. The connection lasts
 * for this one write: a database that was replaced by another is not written to through an open file, and nothing of it is kept busy.
 */
export function beat(file: string, at: number): Beat {
  if (!hasContent(file)) return "nothing there";
  let database: DatabaseSync | undefined;
  try {
    database = openExisting(file);
    database.exec(`PRAGMA busy_timeout = ${patienceMs}`);
    if (isWithoutTables(database)) return "nothing there";
    // With a write-ahead log the file can't be damaged by a write that the disk has not had yet, and only this one would be lost.
    if (database.prepare("PRAGMA journal_mode").get()?.["journal_mode"] === "wal") {
      database.exec("PRAGMA synchronous = NORMAL");
    }
    write(database, at);
    return "written";
  } catch (error) {
    if (isBusy(error)) return "in use";
    if (!hasContent(file)) return "nothing there"; // removed in between
    throw new Error(`the heartbeat could not be written to ${file}: ${messageOf(error)}`, { cause: error });
  } finally {
    database?.close();
  }
}

function hasContent(file: string): boolean {
  try {
    return statSync(file).size > 0;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Never makes the file: what is there first is the application's to say. */
function openExisting(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set("mode", "rw");
  return openQuietly(url);
}

/** Tools that bring a database to its first schema refuse one that holds anything. */
function isWithoutTables(database: DatabaseSync): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name <> 'cozy_heartbeat' LIMIT 1";
  return database.prepare(sql).get() === undefined;
}

function write(database: DatabaseSync, at: number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(
      "CREATE TABLE IF NOT EXISTS cozy_heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL)",
    );
    database
      .prepare(
        "INSERT INTO cozy_heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
      )
      .run(at);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite's words for "another is writing"; extended codes keep them in the low byte. */
function isBusy(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
  return code === 5 || code === 6;
}
