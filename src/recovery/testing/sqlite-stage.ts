import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentPaths, machinePaths, type EnvironmentPaths } from "../../hosts/environment-paths.ts";
import { databaseFile } from "../../hosts/machine/release-variables.ts";
import type { Backups } from "../../project/project.ts";
import { openQuietly } from "../../shared/open-quietly.ts";
import type { KeptBackup } from "../backup.ts";
import { databaseName } from "../manifest.ts";
import { sqliteBackups, type SqliteBackupsParts } from "../sqlite-backups.ts";
import type { BackupsStage } from "./contract.ts";

export interface SqliteStage extends BackupsStage {
  readonly paths: EnvironmentPaths;
  readonly database: string;
  readonly parts: SqliteBackupsParts;
  readonly stores: { readonly daily: string; readonly weekly: string };
}

/** Real files in a folder of their own, and a clock that stands still unless it is told otherwise. */
export async function sqliteStage(change: Partial<SqliteBackupsParts> = {}): Promise<SqliteStage> {
  const root = await mkdtemp(join(tmpdir(), "cozy-backups-"));
  const paths = environmentPaths(machinePaths({ COZY_HOME: join(root, "home") }, root), "tiny", "production");
  const folder = join(root, "restored");
  await mkdir(folder);
  await mkdir(paths.database, { recursive: true });
  const stores = { daily: join(root, "daily"), weekly: join(root, "weekly") };
  let now = Date.UTC(2026, 10, 24, 3);
  const parts: SqliteBackupsParts = {
    project: "tiny",
    environment: "production",
    paths,
    backups: declaredBackups(stores),
    now: () => now,
    version: "1.2.3",
    ...change,
  };
  const backups = sqliteBackups(parts);
  for (const store of await backups.stores()) await backups.createStore(store.name);
  const database = databaseFile(paths);
  return {
    backups,
    paths,
    database,
    parts,
    stores,
    folder,
    addBookings: async (count) => addBookings(database, count),
    pass: (ms) => (now += ms),
    spoil: async (backup) => flipByte(backup, 5_000),
    dispose: async () => rm(root, { recursive: true, force: true }),
  };
}

export function declaredBackups(stores: { readonly daily: string; readonly weekly: string }): Backups {
  return {
    store: { kind: "directory", path: stores.daily },
    keepMs: 7 * 86_400_000,
    when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
    weekly: { store: { kind: "directory", path: stores.weekly }, keepMs: 90 * 86_400_000 },
  };
}

/** Text that fills some pages, so that there is a middle to spoil. */
export function addBookings(file: string, count: number, mode: "wal" | "delete" = "wal"): void {
  const database = openQuietly(file);
  try {
    database.exec(`PRAGMA journal_mode = ${mode};
      CREATE TABLE IF NOT EXISTS bookings (id INTEGER PRIMARY KEY, guest TEXT NOT NULL)`);
    const insert = database.prepare("INSERT INTO bookings (guest) VALUES (?)");
    database.exec("BEGIN");
    for (let n = 0; n < count; n += 1) insert.run(`guest ${n} ${"x".repeat(3_000)}`);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

export async function flipByte({ place }: KeptBackup, position: number): Promise<void> {
  const handle = await open(join(place, databaseName), "r+");
  try {
    const byte = Buffer.alloc(1);
    await handle.read(byte, 0, 1, position);
    await handle.write(Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, position);
  } finally {
    await handle.close();
  }
}
