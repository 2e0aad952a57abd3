import { promises as fs } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { FileMigrationProvider, Migrator } from "kysely/migration";
import { appliedMigrations, knownMigrations, migrationsFolder } from "./migrations.ts";
import type { Database } from "./open-database.ts";

export type MigrationOutcome = {
  applied: string[];
  /** Migrations of newer code that the database has had already: there is nothing for this code to do. */
  ahead: string[];
};

/**
 * Applies what is missing, all in one transaction, under a lock that a second one waits for.
 * @throws the database's own error, with nothing changed
 */
export async function migrateToLatest(database: Database): Promise<MigrationOutcome> {
  const ahead = await migrationsOfNewerCode(database);
  if (ahead.length > 0) return { applied: [], ahead };
  // Migrations name columns as the database does, so they run without the plugin that translates.
  const migrator = new Migrator({ db: database.withoutPlugins(), provider: migrationFiles() });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined)
    throw error instanceof Error ? error : new Error("the migration failed", { cause: error });
  return { applied: results.map((result) => result.migrationName), ahead: [] };
}

/** After a rollback the database may be ahead of the code, which kysely would take for a damaged one. */
async function migrationsOfNewerCode(database: Database): Promise<string[]> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(database);
  const everyKnownIsApplied = known.every((name) => applied.includes(name));
  return everyKnownIsApplied ? applied.filter((name) => !known.includes(name)) : [];
}

function migrationFiles(): FileMigrationProvider {
  return new FileMigrationProvider({
    fs,
    path,
    migrationFolder: migrationsFolder,
    import: (file) => import(pathToFileURL(file).href),
  });
}
