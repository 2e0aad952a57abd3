import type { PathLike } from "node:fs";
import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";

/**
 * Opens a SQLite database without Node 22's warning that this is experimental. The module is loaded here and not at the top, because most
 * commands never need it.
 */
export function openQuietly(file: PathLike, options: DatabaseSyncOptions = {}): DatabaseSync {
  const warning = Object.getOwnPropertyDescriptor(process, "emitWarning");
  process.emitWarning = () => undefined;
  try {
    const sqlite = process.getBuiltinModule("node:sqlite");
    return new sqlite.DatabaseSync(file, options);
  } finally {
    if (warning !== undefined) Object.defineProperty(process, "emitWarning", warning);
  }
}
