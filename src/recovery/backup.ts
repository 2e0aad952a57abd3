/** Which rule keeps a backup: `daily` and `deploy` lie in the first store, `weekly` in one of its own. */
export type BackupClass = "daily" | "weekly" | "deploy";

export type StoreName = "daily" | "weekly";

/** `manifest.json`: what a backup is, kept beside its files. */
export interface BackupRecord {
  readonly format: 1;
  /** `20261124T031500Z-daily`: sorted by name is sorted by time. */
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly class: BackupClass;
  /** The moment of its data, in milliseconds since the epoch. */
  readonly at: number;
  readonly durationMs: number;
  /** The release in force then; the one that it was made before, for `deploy`. */
  readonly release: string | undefined;
  readonly for: string | undefined;
  readonly database: { readonly kind: "sqlite" };
  readonly files: readonly BackupFile[];
  /** When the newest heartbeat in it was written; `undefined` where there is none. */
  readonly heartbeatAt: number | undefined;
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly cozy: string;
}

export interface BackupFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A backup as a store has it; `fault` where its manifest can't be read or a file is not there. */
export interface KeptBackup {
  readonly id: string;
  /** The folder, for messages. */
  readonly place: string;
  readonly store: StoreName;
  readonly record: BackupRecord | undefined;
  readonly fault: string | undefined;
}

export interface BackupOrder {
  readonly class: BackupClass;
  readonly release: string | undefined;
  readonly for: string | undefined;
}

/**
 * What the commands and the operations need of a database's backups; SQLite's is the first, PostgreSQL's will be the second. A restore
 * always makes a database of its own, never touching the one in use.
 */
export interface DatabaseBackups {
  /** `undefined` where there is no database yet. Proves what it wrote by reading it back before it counts. */
  backUp(
    order: BackupOrder,
    signal: AbortSignal,
    progress?: (text: string) => void,
  ): Promise<BackupRecord | undefined>;
  /** Oldest first, damaged ones included. A store that is missing is passed over as long as another one is there. */
  list(signal: AbortSignal): Promise<readonly KeptBackup[]>;
  /**
   * Checks every hash, writes the database to `toFile` (which must not exist) and checks its integrity; throws what is wrong with it,
   * and leaves no file then. The disk need not have all of the file yet.
   */
  restore(backup: KeptBackup, toFile: string, signal: AbortSignal): Promise<RestoredDatabase>;
  /** Removes what is older than its rule, never the newest sound one of a class; gives the ids. */
  prune(now: number, signal: AbortSignal): Promise<readonly string[]>;
}

/** What is asked besides by whoever looks after the backups themselves. */
export interface BackupStores {
  stores(): Promise<readonly BackupStore[]>;
  /** Makes the folder of a declared store, which nothing else does: a missing one may be a disk that is not mounted. */
  createStore(name: StoreName): Promise<void>;
  /** Reads all of a backup: its hashes, and the database's own check. Says what is wrong with it. */
  verify(backup: KeptBackup, signal: AbortSignal): Promise<string | undefined>;
}

export interface BackupStore {
  readonly name: StoreName;
  readonly folder: string;
  readonly isThere: boolean;
  readonly keepMs: number;
}

export interface RestoredDatabase {
  readonly file: string;
  readonly record: BackupRecord;
  readonly heartbeatAt: number | undefined;
  readonly rows: Readonly<Record<string, number>>;
  readonly stages: readonly Stage[];
}

/** A part of a restore with the time it took. */
export interface Stage {
  readonly name: string;
  readonly durationMs: number;
}
