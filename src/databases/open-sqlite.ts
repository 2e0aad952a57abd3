import type { DatabaseSync } from "node:sqlite";

/** Opens a SQLite database without Node 22's warning that this is experimental. Loaded here, because few commands need it. */
export function openSqlite(file: string, { write }: { readonly write: boolean }): DatabaseSync {
  const warning = Object.getOwnPropertyDescriptor(process, "emitWarning");
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule("node:sqlite");
    const database = new sqlite.DatabaseSync(file, { readOnly: !write });
    database.exec("PRAGMA busy_timeout = 5000");
    return database;
  } finally {
    if (warning !== undefined) Object.defineProperty(process, "emitWarning", warning);
  }
}
