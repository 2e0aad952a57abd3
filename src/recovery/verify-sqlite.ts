import { join } from "node:path";
import { messageOf } from "../errors/cozy-error.ts";
import { hashFile } from "../shared/hash-file.ts";
import type { KeptBackup } from "./backup.ts";
import { databaseName, readBackup, type BackupOwner } from "./manifest.ts";
import { readDatabase } from "./read-back.ts";
import { contentFault } from "./restore-sqlite.ts";

/** Reads all of a backup where it lies; says what is wrong with it. */
export async function verifySqlite(
  backup: KeptBackup,
  owner: BackupOwner,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { record, fault } = await readBackup(backup.place, backup.id, owner);
  if (record === undefined || fault !== undefined) return fault ?? "it can't be read";
  try {
    for (const file of record.files) {
      const path = join(backup.place, file.name);
      const content = file.name === databaseName ? readDatabase(path, signal) : { faults: [], rows: {} };
      const [sha256, found] = await Promise.all([hashFile(path, signal), content]);
      const wrong = contentFault(file, sha256, { heartbeatAt: undefined, ...found });
      if (wrong !== undefined) return wrong;
    }
  } catch (error) {
    signal.throwIfAborted();
    return messageOf(error);
  }
  return undefined;
}
