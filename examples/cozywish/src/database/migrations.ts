import { readdir } from "node:fs/promises";
import path from "node:path";
import { sql } from "kysely";
import type { Database } from "./open-database.ts";

export const migrationsFolder = path.resolve(import.meta.dirname, "../../migrations");

const TABLE = "kysely_migration";

/** The names of all migrations that this code comes with, in order. */
export async function knownMigrations(): Promise<string[]> {
  const files = await readdir(migrationsFolder);
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.basename(file, ".ts"))
    .sort();
}

/** The names of those that the database has had, in order. */
export async function appliedMigrations(database: Database): Promise<string[]> {
  try {
    return await readApplied(database);
  } catch {
    // The table is looked for only now: a database without it is met once, and readiness asks all the time.
    // Where it is there after all, another program has just made it, or the fault is a real one and comes again.
    return (await hasMigrationTable(database)) ? readApplied(database) : [];
  }
}

async function readApplied(database: Database): Promise<string[]> {
  const query = sql<{ name: string }>`select name from ${sql.table(TABLE)} order by name`;
  const { rows } = await query.execute(database);
  return rows.map((row) => row.name);
}

async function hasMigrationTable(database: Database): Promise<boolean> {
  const tables = await database.introspection.getTables({ withInternalKyselyTables: true });
  return tables.some((table) => table.name === TABLE);
}
