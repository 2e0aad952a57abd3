import { stat } from "node:fs/promises";
import { join } from "node:path";
import { diskFull, hasNoRoom } from "../artifacts/disk-full.ts";
import { writeKept } from "../artifacts/kept-file.ts";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { hashFile } from "../shared/hash-file.ts";
import { sizeText } from "../shared/size-text.ts";
import { backupId } from "./backup-id.ts";
import type { BackupFile, BackupOrder, BackupRecord } from "./backup.ts";
import { copyDatabase, type CopyProgress } from "./copy-database.ts";
import { clearPartials, put, storedIds, type DirectoryStore } from "./directory-store.ts";
import { databaseName, manifestName, type BackupOwner } from "./manifest.ts";
import { readDatabase } from "./read-back.ts";
import { flush } from "../shared/atomic-write.ts";
import { sizeOf } from "./swap-files.ts";

export interface SqliteBackupWork {
  readonly store: DirectoryStore;
  readonly order: BackupOrder;
  readonly owner: BackupOwner;
  readonly database: string;
  readonly now: () => number;
  readonly version: string;
}

/** Makes one backup, for whoever has the lock. It counts once it was read back from the disk: hashed, checked, its rows counted. */
export async function backUpSqlite(
  work: SqliteBackupWork,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<BackupRecord | undefined> {
  const { store, order, database, now } = work;
  try {
    await clearPartials(store);
    const sizeBytes = await sizeWithLog(database);
    if (sizeBytes === undefined) return undefined;
    if (await hasNoRoom(store.folder, sizeBytes)) throw noRoom(work);
    const id = backupId(now(), order.class, await storedIds(store));
    return await put(store, id, async (folder) => written(work, id, folder, signal, progress));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof CozyError ? error : await failed(work, error);
  }
}

async function written(
  { order, owner, database, now, version }: SqliteBackupWork,
  id: string,
  folder: string,
  signal: AbortSignal,
  progress: (text: string) => void,
): Promise<BackupRecord> {
  const start = performance.now();
  const file = join(folder, databaseName);
  const at = await copyDatabase(database, file, now, signal, (copied) => progress(copiedText(copied)));
  await flush(file);
  progress("reading it back");
  const [content, sha256, { size }] = await Promise.all([
    readDatabase(file, signal),
    hashFile(file, signal),
    stat(file),
  ]);
  if (content.faults.length > 0) throw unsound(owner, content.faults);
  const files: readonly BackupFile[] = [{ name: databaseName, sizeBytes: size, sha256 }];
  const record: BackupRecord = {
    format: 1,
    id,
    ...owner,
    class: order.class,
    at,
    durationMs: Math.round(performance.now() - start),
    release: order.release,
    for: order.for,
    database: { kind: "sqlite" },
    files,
    heartbeatAt: content.heartbeatAt,
    rows: content.rows,
    cozy: version,
  };
  await writeKept(join(folder, manifestName), { ...record });
  return record;
}

/** With its log, which the copy takes in. An empty file is none yet: on a server it is made before the application fills it. */
async function sizeWithLog(database: string): Promise<number | undefined> {
  const [size, log] = await Promise.all([sizeOf(database), sizeOf(`${database}-wal`)]);
  const all = (size ?? 0) + (log ?? 0);
  return size === undefined || all === 0 ? undefined : all;
}

async function failed(work: SqliteBackupWork, error: unknown): Promise<CozyError> {
  const code = systemCode(error);
  if (code === "ENOSPC" || code === "EDQUOT" || isSqliteFull(error)) return noRoom(work, error);
  return new CozyError("backup-failed", {
    message: `${work.database} could not be backed up to ${work.store.folder}: ${messageOf(error)}.`,
    state: "The database is as it was, and no backup was kept.",
    next: `cozy backup ${work.owner.environment}`,
    cause: error,
  });
}

/** SQLite's word for a disk without room. */
const full = 13;

function isSqliteFull(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === full;
}

function noRoom({ store, owner }: SqliteBackupWork, cause?: unknown): CozyError {
  return diskFull(store.folder, cause).with({
    state: "The database is as it was, and no backup was kept.",
    next: `Make room on that disk, or have backups kept for a shorter time; then: cozy backup ${owner.environment}`,
  });
}

function unsound({ environment }: BackupOwner, faults: readonly string[]): CozyError {
  return new CozyError("backup-failed", {
    message: `What was copied of the database of ${environment} does not pass SQLite's own check.`,
    state: "The database is as it was, and no backup was kept. It may itself be damaged.",
    next: `cozy backups ${environment} --verify shows the newest sound backup.`,
    details: faults,
  });
}

function copiedText({ done, total, unit }: CopyProgress): string {
  const [some, all] = [done, total].map((count) =>
    unit === "bytes" ? sizeText(count) : count.toLocaleString("en-US"),
  );
  return unit === "bytes" ? `${some} of ${all}` : `${some} of ${all} pages`;
}
