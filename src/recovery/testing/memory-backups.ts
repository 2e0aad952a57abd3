import { writeFileSync } from "node:fs";
import { CozyError } from "../../errors/cozy-error.ts";
import type {
  BackupRecord,
  BackupStore,
  BackupStores,
  DatabaseBackups,
  KeptBackup,
  StoreName,
} from "../backup.ts";
import { backupId, partsOfId } from "../backup-id.ts";
import { retentionRules } from "../retention-rules.ts";
import { backupsToRemove } from "../retention.ts";

/** Backups in memory that keep the promises of the port. */
export interface MemoryBackups extends DatabaseBackups, BackupStores {
  /** Rows by table of the database as it is now; `undefined` where there is none. */
  rows: Readonly<Record<string, number>> | undefined;
  readonly kept: KeptBackup[];
  readonly spoilt: Set<string>;
  /** Thrown by the next backup. */
  failNext(error: Error): void;
}

export function memoryBackups(now: () => number = () => 0): MemoryBackups {
  let failure: Error | undefined;
  const rules = retentionRules(undefined);
  const fault = ({ id }: KeptBackup) =>
    memory.spoilt.has(id) ? "database.sqlite is not as it was written: its SHA-256 differs" : undefined;

  const memory: MemoryBackups = {
    rows: undefined,
    kept: [],
    spoilt: new Set(),
    failNext: (error) => void (failure = error),
    async backUp(order, signal) {
      signal.throwIfAborted();
      const failing = failure;
      failure = undefined;
      if (failing) throw failing;
      if (memory.rows === undefined) return undefined;
      const taken = memory.kept.map(({ id }) => id);
      const record: BackupRecord = {
        format: 1,
        id: backupId(now(), order.class, taken),
        project: "tiny",
        environment: "staging",
        ...order,
        at: now(),
        durationMs: 5,
        database: { kind: "sqlite" },
        files: [{ name: "database.sqlite", sizeBytes: 4096, sha256: "0".repeat(64) }],
        heartbeatAt: undefined,
        rows: memory.rows,
        cozy: "0.0.0",
      };
      const store: StoreName = order.class === "weekly" ? "weekly" : "daily";
      memory.kept.push({ id: record.id, place: `/${store}/${record.id}`, store, record, fault: undefined });
      return record;
    },
    async list(signal) {
      signal.throwIfAborted();
      return memory.kept.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async restore(backup, toFile, signal) {
      signal.throwIfAborted();
      const { record } = backup;
      const found = fault(backup);
      if (record === undefined || found !== undefined)
        throw new CozyError("backup-damaged", {
          message: `Backup ${backup.id} can't be restored: ${found}.`,
        });
      writeFileSync(toFile, JSON.stringify(record.rows), { flag: "wx" });
      const stages = [{ name: "copy", durationMs: 1 }];
      return { file: toFile, record, heartbeatAt: record.heartbeatAt, rows: record.rows, stages };
    },
    async prune(at, signal) {
      signal.throwIfAborted();
      const aged = memory.kept.flatMap(({ id }) => {
        const told = partsOfId(id);
        return told === undefined ? [] : [{ id, ...told, isSound: true }];
      });
      const old = backupsToRemove(aged, rules, at);
      memory.kept.splice(0, Infinity, ...memory.kept.filter(({ id }) => !old.includes(id)));
      return old;
    },
    stores: async () => (["daily", "weekly"] as const).map((name) => storeOf(name, rules[name].keepMs)),
    createStore: async () => undefined,
    verify: async (backup) => fault(backup),
  };
  return memory;
}

function storeOf(name: StoreName, keepMs: number): BackupStore {
  return { name, folder: `/${name}`, isThere: true, keepMs };
}
