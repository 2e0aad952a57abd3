import type { Finding, Outcome } from "../rehearsal/verdict.ts";
import type { Stage } from "./backup.ts";

/** What a drill came to: `<evidence>/drills/<time>.json`. */
export interface DrillVerdict {
  readonly format: 1;
  readonly environment: string;
  /** The release that was started on the restored data. */
  readonly release: string;
  /** The backup that was restored; `undefined` where none could be. */
  readonly backup: string | undefined;
  /** The moment of its data, in milliseconds since the epoch. */
  readonly backupAt: number | undefined;
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly stages: readonly Stage[];
  /** Backups that could not be restored, the newest first. */
  readonly damaged: readonly DamagedBackup[];
  /** From the beginning to the last right answer; `undefined` where there was none. */
  readonly rtoMs: number | undefined;
  /** How old the newest data in the backup is. */
  readonly ageMs: number | undefined;
}

export interface DamagedBackup {
  readonly id: string;
  readonly why: string;
}
