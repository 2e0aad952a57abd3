import { constants } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { mindingTheDisk } from "../artifacts/disk-full.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { hashFile } from "../shared/hash-file.ts";
import { shareFile } from "../shared/shared-folder.ts";
import type { BackupFile, BackupRecord, KeptBackup, RestoredDatabase, Stage } from "./backup.ts";
import { databaseName, readBackup, type BackupOwner } from "./manifest.ts";
import type { DatabaseContent } from "./database-content.ts";
import { readDatabase } from "./read-back.ts";

/** Writes a backup's database to a new file. What is hashed and checked is that file: it is what will be used. */
export async function restoreSqlite(
  backup: KeptBackup,
  toFile: string,
  owner: BackupOwner,
  signal: AbortSignal,
): Promise<RestoredDatabase> {
  signal.throwIfAborted();
  const { record, database } = await readable(backup, owner);
  const start = performance.now();
  await copyOf(join(backup.place, database.name), toFile).catch((error: unknown) => {
    throw systemCode(error) === "EIO" ? damaged(backup, owner, "the disk can't read it") : error;
  });
  shareFile(toFile);
  try {
    const copied = performance.now();
    const [sha256, content] = await Promise.all([hashFile(toFile, signal), readDatabase(toFile, signal)]);
    const fault = contentFault(database, sha256, content);
    if (fault !== undefined) throw damaged(backup, owner, fault, content.faults);
    const stages: readonly Stage[] = [
      { name: "copy", durationMs: Math.round(copied - start) },
      { name: "check", durationMs: Math.round(performance.now() - copied) },
    ];
    return { file: toFile, record, heartbeatAt: content.heartbeatAt, rows: content.rows, stages };
  } catch (error) {
    await rm(toFile, { force: true });
    throw error;
  }
}

/** What a backup's database shows when all of it is read. */
export function contentFault(
  { name, sha256: expected }: BackupFile,
  sha256: string,
  { faults }: DatabaseContent,
): string | undefined {
  if (sha256 !== expected) return `${name} is not as it was written: its SHA-256 differs`;
  return faults.length > 0 ? `${name} does not pass SQLite's own check` : undefined;
}

/** As its manifest has it now, not as a list had it before. */
async function readable(
  backup: KeptBackup,
  owner: BackupOwner,
): Promise<{ readonly record: BackupRecord; readonly database: BackupFile }> {
  const { record, fault } = await readBackup(backup.place, backup.id, owner);
  if (record === undefined || fault !== undefined) {
    throw damaged(backup, owner, fault ?? "it can't be read");
  }
  const database = record.files.find(({ name }) => name === databaseName);
  if (database === undefined) throw damaged(backup, owner, `it has no ${databaseName}`);
  return { record, database };
}

/** Shares the blocks where the file system can. */
async function copyOf(from: string, to: string): Promise<void> {
  const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;
  let mine = true;
  try {
    await mindingTheDisk(join(to, ".."), async () =>
      copyFile(from, to, COPYFILE_EXCL | COPYFILE_FICLONE).catch((error: unknown) => {
        mine = systemCode(error) !== "EEXIST";
        throw error;
      }),
    );
  } catch (error) {
    if (mine) await rm(to, { force: true });
    throw error;
  }
}

function damaged(
  { id, place }: KeptBackup,
  { environment }: BackupOwner,
  fault: string,
  details: readonly string[] = [],
): CozyError {
  return new CozyError("backup-damaged", {
    message: `Backup ${id} can't be restored: ${fault}.`,
    state: `Nothing was changed. It lies in ${place}.`,
    next: `cozy backups ${environment} --verify shows which ones are sound.`,
    details,
  });
}
