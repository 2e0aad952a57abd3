import { basename } from "node:path";
import { CozyError } from "../../errors/cozy-error.ts";
import { pathsOfRelease } from "../../hosts/environment-paths.ts";
import { readRelease } from "../../hosts/release-folder.ts";
import { databaseFile } from "../../hosts/machine/release-variables.ts";
import { durationText } from "../../shared/duration.ts";
import { sizeText } from "../../shared/size-text.ts";
import type { BackupRecord, DatabaseBackups } from "../backup.ts";
import { sizeOfBackup } from "../size-of-backup.ts";
import { sqliteBackups } from "../sqlite-backups.ts";

export interface ScheduledBackup {
  /** All that it is told: where backups go and how long they are kept stands in the release's record. */
  readonly releaseFolder: string;
  readonly class: "daily" | "weekly";
  readonly now: () => number;
  readonly version: string;
  readonly say: (line: string) => void;
}

/** Of two backups that fall together, one waits for the other to end, however large the database is. */
const waitForOtherMs = 3 * 3_600_000;

/** Makes a backup of the environment that a release belongs to, and removes those that are past their time. */
export async function scheduledBackup(parts: ScheduledBackup, signal: AbortSignal): Promise<void> {
  const { releaseFolder, now, version, say } = parts;
  const paths = pathsOfRelease(releaseFolder);
  const release = await readRelease(paths, basename(releaseFolder));
  const { project, environment } = release;
  const at = { project, environment, paths, backups: release.backups, now, version, waitForOtherMs };
  const backups = sqliteBackups(at);
  const order = { class: parts.class, release: release.id, for: undefined };
  const record = await backups.backUp(order, signal);
  if (record === undefined) {
    await refuseLostDatabase(backups, databaseFile(paths), environment, signal);
    return say("there is no database yet, and nothing was backed up");
  }
  say(recordText(record));
  const removed = await backups.prune(now(), signal);
  if (removed.length > 0) say(`removed, because past their time: ${removed.join(", ")}`);
}

/** A database that was there once and is gone is no reason to be content. */
async function refuseLostDatabase(
  backups: DatabaseBackups,
  file: string,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  const newest = (await backups.list(signal)).findLast(({ fault }) => fault === undefined);
  if (newest === undefined) return;
  throw new CozyError("nothing-to-back-up", {
    message: `${file} is not there any more.`,
    state: `Nothing was backed up. The newest backup is ${newest.id}.`,
    next: `cozy restore ${environment}`,
  });
}

function recordText(record: BackupRecord): string {
  return `${record.id}: ${sizeText(sizeOfBackup(record))} in ${durationText(record.durationMs)}`;
}
