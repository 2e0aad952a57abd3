import type { Backups } from "../project/project.ts";
import type { BackupClass } from "./backup.ts";
import type { RetentionRule } from "./retention.ts";
import { dayMs } from "../shared/duration.ts";

/** Where nothing is declared. */
export const defaultKeepMs = 7 * dayMs;

/** How long each class is kept, as declared. Where nothing is, a developer may deploy a hundred times a day on the disk they work on. */
export function retentionRules(backups: Backups | undefined): Readonly<Record<BackupClass, RetentionRule>> {
  const keepMs = backups?.keepMs ?? defaultKeepMs;
  const deploy = backups === undefined ? { keepMs, least: 3, most: 10 } : { keepMs, least: 3 };
  return {
    daily: { keepMs, least: 1 },
    weekly: { keepMs: backups?.weekly?.keepMs ?? 90 * dayMs, least: 1 },
    deploy,
  };
}
