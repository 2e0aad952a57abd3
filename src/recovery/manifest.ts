import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hasStrings, isFields, readKept } from "../artifacts/kept-file.ts";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import type { BackupFile, BackupRecord } from "./backup.ts";

export const manifestName = "manifest.json";
export const databaseName = "database.sqlite";

/** Whose backups a store's folder holds. */
export interface BackupOwner {
  readonly project: string;
  readonly environment: string;
}

export interface ReadBackup {
  readonly record: BackupRecord | undefined;
  /** What is wrong with it as far as its manifest and the sizes of its files tell; hashes are read by whoever restores or verifies. */
  readonly fault: string | undefined;
}

/** What a backup's folder holds. Damage is an answer and no error: one bad backup must not hide the others. */
export async function readBackup(folder: string, id: string, owner: BackupOwner): Promise<ReadBackup> {
  try {
    const record = await readKept(join(folder, manifestName), isBackupRecord);
    if (record === undefined) return { record, fault: `it has no ${manifestName}` };
    return { record, fault: strangerFault(record, id, owner) ?? (await fileFaults(folder, record.files)) };
  } catch (error) {
    if (error instanceof CozyError && error.code === "kept-file-newer") {
      return {
        record: undefined,
        fault: "a newer cozy made it, and this one can't read it: npm install cozywish@latest",
      };
    }
    return { record: undefined, fault: messageOf(error).replace(/\.$/, "") };
  }
}

function strangerFault(record: BackupRecord, id: string, owner: BackupOwner): string | undefined {
  if (record.project !== owner.project || record.environment !== owner.environment) {
    return `it belongs to ${record.environment} of ${record.project}`;
  }
  return record.id === id ? undefined : `its manifest is that of ${record.id}`;
}

async function fileFaults(folder: string, files: readonly BackupFile[]): Promise<string | undefined> {
  for (const { name, sizeBytes } of files) {
    try {
      const { size } = await stat(join(folder, name));
      if (size !== sizeBytes) return `${name} has ${size} bytes instead of ${sizeBytes}`;
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
      return `${name} is missing`;
    }
  }
  return undefined;
}

/** A file's name must not lead out of the backup's folder. */
function isBackupRecord(value: unknown): value is BackupRecord {
  return (
    hasStrings(value, "id", "project", "environment", "class", "cozy") &&
    typeof value["at"] === "number" &&
    typeof value["durationMs"] === "number" &&
    isFields(value["database"]) &&
    isFields(value["rows"]) &&
    Array.isArray(value["files"]) &&
    value["files"].length > 0 &&
    value["files"].every(
      (file) =>
        hasStrings(file, "name", "sha256") &&
        typeof file["sizeBytes"] === "number" &&
        /^[\w.-]+$/.test(file.name) &&
        file.name !== ".." &&
        file.name !== ".",
    )
  );
}
