import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { EnvironmentPaths } from "../hosts/environment-paths.ts";
import { durationText } from "../shared/duration.ts";
import { isShared, shareFile } from "../shared/shared-folder.ts";

export interface BackupLock {
  readonly paths: EnvironmentPaths;
  readonly environment: string;
  /** How long another one is waited for. */
  readonly waitMs: number;
  readonly progress?: ((text: string) => void) | undefined;
}

/** One backup of an environment at a time, whoever makes it: the clock knows nothing of leases. */
export async function withBackupLock<Value>(
  { paths, environment, waitMs, progress }: BackupLock,
  signal: AbortSignal,
  work: () => Promise<Value>,
): Promise<Value> {
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  const file = lockFile(paths);
  const until = performance.now() + waitMs;
  let lock = await exclusiveLock(file, Math.min(waitMs, 50));
  while (lock === undefined) {
    progress?.("another backup is being made: waiting for it");
    signal.throwIfAborted();
    if (performance.now() >= until) throw underWay(environment, waitMs);
    lock = await exclusiveLock(file, 250);
  }
  try {
    shareFile(file);
    return await work();
  } finally {
    lock.release();
  }
}

/** Where all who make backups may write: on a server that is not the environment's own folder. */
function lockFile({ root, backups }: EnvironmentPaths): string {
  return join(isShared(backups) ? backups : root, "backup.lock");
}

function underWay(environment: string, waitMs: number): CozyError {
  return new CozyError("backup-under-way", {
    message: `Another backup of ${environment} is being made, and has not ended within ${durationText(waitMs)}.`,
    state: "No other backup was begun.",
    next: `cozy backups ${environment}`,
  });
}
