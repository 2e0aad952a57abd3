import { constants } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { openSqlite } from "../databases/open-sqlite.ts";
import { checkData, type CheckedData } from "./data-check.ts";
import { hashFile } from "../shared/hash-file.ts";
import { shareFile } from "../shared/shared-folder.ts";
import { readSchema, tableNames, type DatabaseSchema } from "./schema.ts";

/** What there is to say of a database that nobody uses at the moment. */
export interface DatabaseState extends CheckedData {
  readonly schema: DatabaseSchema;
  /** Of the whole file: equal where nothing at all was written. */
  readonly hash: string;
}

/** Looks at all of it, after what was written last has come into the file itself. */
export async function databaseState(file: string, signal: AbortSignal): Promise<DatabaseState> {
  const schema = settled(file);
  const [data, hash] = await Promise.all([
    checkData(file, tableNames(schema), signal),
    hashFile(file, signal),
  ]);
  return { schema, ...data, hash };
}

function settled(file: string): DatabaseSchema {
  const database = openSqlite(file, { write: true });
  try {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return readSchema(database);
  } finally {
    database.close();
  }
}

/** Puts a copy in the place of a database that nobody uses; costs nothing where the file system shares blocks. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  await removeDatabase(to);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  shareFile(to);
}

export async function removeDatabase(file: string): Promise<void> {
  for (const end of ["", "-wal", "-shm", "-journal"]) await rm(`${file}${end}`, { force: true });
}
