import type { BackupRecord } from "../recovery/backup.ts";
import { durationText, momentText } from "../shared/duration.ts";
import { sizeText } from "../shared/size-text.ts";
import { textTable } from "./text-table.ts";

/** What `cozy backup` gives. */
export interface BackupReport {
  readonly environment: string;
  /** The folder that the backup's own lies in. */
  readonly store: string;
  /** Its manifest; `null` where there is no database yet. */
  readonly backup: BackupRecord | null;
  readonly sizeBytes: number | null;
  /** How old the newest heartbeat was in it. */
  readonly heartbeatAgeMs: number | null;
  /** Backups that were past their time. */
  readonly removed: readonly string[];
}

export function backupText({
  environment,
  store,
  backup,
  sizeBytes,
  heartbeatAgeMs,
  removed,
}: BackupReport): string {
  if (backup === null) return `${store} is there now. ${environment} has no database to back up yet.`;
  const { id, at, durationMs, release, rows } = backup;
  const counts = Object.values(rows);
  const sum = counts.reduce((total, count) => total + count, 0);
  const lines = [
    ["where", `${store}/${id}`],
    ["data of", momentText(at)],
    ...(heartbeatAgeMs === null
      ? []
      : [["heartbeat", `${durationText(heartbeatAgeMs)} old when it was made`]]),
    ...(release === undefined ? [] : [["release", release]]),
    [
      "rows",
      `${sum.toLocaleString("en-US")} in ${counts.length} ${counts.length === 1 ? "table" : "tables"}`,
    ],
    ...(removed.length === 0 ? [] : [["removed", `${removed.join(", ")}, past their time`]]),
  ];
  return [
    `Backup ${id}: ${sizeText(sizeBytes ?? 0)} in ${durationText(durationMs)}, read back and sound.`,
    textTable(lines, "  "),
  ].join("\n");
}
