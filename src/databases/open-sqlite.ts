import type { DatabaseSync } from "node:sqlite";
import { openQuietly } from "../shared/open-quietly.ts";

/** Opens a SQLite database that others may be writing to. */
export function openSqlite(file: string, { write }: { readonly write: boolean }): DatabaseSync {
  const database = openQuietly(file, { readOnly: !write });
  database.exec("PRAGMA busy_timeout = 5000");
  return database;
}
