import type { BackupClass } from "./backup.ts";

/** How long the backups of a class are kept. */
export interface RetentionRule {
  readonly keepMs: number;
  /** So many of the newest sound ones stay whatever their age; at least one. */
  readonly least: number;
  /** No more sound ones than that, however young, where a number is set. */
  readonly most?: number;
}

export interface AgedBackup {
  readonly id: string;
  readonly class: BackupClass;
  /** When it was made, in milliseconds since the epoch. */
  readonly at: number;
  readonly isSound: boolean;
}

/**
 * The backups that are past their rule. By age alone a folder would be emptied while backups fail unnoticed, so one is only removed
 * where enough sound ones of its class are newer. Pure.
 */
export function backupsToRemove(
  backups: readonly AgedBackup[],
  rules: Readonly<Record<BackupClass, RetentionRule>>,
  now: number,
): string[] {
  const newestFirst = backups.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  const newerSound: Record<BackupClass, number> = { daily: 0, weekly: 0, deploy: 0 };
  const removed: string[] = [];
  for (const backup of newestFirst) {
    const { keepMs, least, most = Infinity } = rules[backup.class];
    const newer = newerSound[backup.class];
    const isPast = now - backup.at > keepMs || newer >= most;
    if (isPast && newer >= Math.max(1, least)) removed.push(backup.id);
    if (backup.isSound) newerSound[backup.class] += 1;
  }
  return removed.toReversed();
}
