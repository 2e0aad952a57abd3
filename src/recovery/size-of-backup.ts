import type { BackupRecord } from "./backup.ts";

export function sizeOfBackup({ files }: BackupRecord): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
