import { join } from "node:path";
import { databaseFile } from "../hosts/machine/release-variables.ts";
import type { EnvironmentPaths } from "../hosts/environment-paths.ts";
import type { Backups } from "../project/project.ts";
import { partsOfId } from "./backup-id.ts";
import type { BackupStores, DatabaseBackups, KeptBackup, StoreName } from "./backup.ts";
import { backUpSqlite } from "./back-up-sqlite.ts";
import { withBackupLock } from "./backup-lock.ts";
import {
  createStore,
  isThere,
  readyStore,
  remove,
  storedIds,
  storeMissing,
  type DirectoryStore,
} from "./directory-store.ts";
import { readBackup } from "./manifest.ts";
import { restoreSqlite } from "./restore-sqlite.ts";
import { backupsToRemove } from "./retention.ts";
import { retentionRules } from "./retention-rules.ts";
import { verifySqlite } from "./verify-sqlite.ts";

export interface SqliteBackupsParts {
  readonly project: string;
  readonly environment: string;
  readonly paths: EnvironmentPaths;
  /** As the project file declares them; without, they go to the environment's own folder. */
  readonly backups: Backups | undefined;
  readonly now: () => number;
  readonly version: string;
  /** How long another backup of the same environment is waited for. */
  readonly waitForOtherMs?: number;
}

/** Backups of an environment's SQLite database in folders of this machine. Making the object touches nothing. */
export function sqliteBackups(parts: SqliteBackupsParts): DatabaseBackups & BackupStores {
  const { project, environment, paths, backups, now, waitForOtherMs = 600_000 } = parts;
  const owner = { project, environment };
  const { daily, weekly } = storesOf(parts);
  const all = weekly === undefined ? [daily] : [daily, weekly];
  const rules = retentionRules(backups);
  const named = (name: StoreName): DirectoryStore => (name === "weekly" && weekly ? weekly : daily);
  const alone = <Value>(
    signal: AbortSignal,
    work: () => Promise<Value>,
    progress?: (text: string) => void,
  ): Promise<Value> => withBackupLock({ paths, environment, waitMs: waitForOtherMs, progress }, signal, work);

  const list = async (): Promise<readonly KeptBackup[]> => {
    const there = await storesThere(all, environment);
    const lists = await Promise.all(there.map((store) => keptIn(store, owner)));
    return lists.flat().toSorted((a, b) => timeOf(a) - timeOf(b) || (a.id < b.id ? -1 : 1));
  };

  return {
    async backUp(order, signal, progress = () => undefined) {
      const store = named(order.class === "weekly" ? "weekly" : "daily");
      await readyStore(store, environment);
      const work = { store, order, owner, database: databaseFile(paths), now, version: parts.version };
      return alone(signal, async () => backUpSqlite(work, signal, progress), progress);
    },
    list,
    restore: async (backup, toFile, signal) => restoreSqlite(backup, toFile, owner, signal),
    async prune(at, signal) {
      return alone(signal, async () => {
        const kept = await list();
        const aged = kept.flatMap(({ id, fault }) => {
          const told = partsOfId(id);
          return told === undefined ? [] : [{ id, ...told, isSound: fault === undefined }];
        });
        const old = backupsToRemove(aged, rules, at);
        for (const { id, store } of kept.filter((one) => old.includes(one.id))) {
          signal.throwIfAborted();
          await remove(named(store), id);
        }
        return old;
      });
    },
    async stores() {
      const look = async (store: DirectoryStore) => ({
        name: store.name,
        folder: store.folder,
        isThere: await isThere(store),
        keepMs: rules[store.name].keepMs,
      });
      return Promise.all(all.map(look));
    },
    createStore: async (name) => createStore(named(name)),
    verify: async (backup, signal) => verifySqlite(backup, owner, signal),
  };
}

/** A declared folder holds one of its own for each environment: whether that is there tells a disk from the place it is mounted at. */
function storesOf({ paths, backups }: SqliteBackupsParts): {
  readonly daily: DirectoryStore;
  readonly weekly: DirectoryStore | undefined;
} {
  const declared = (name: StoreName, path: string): DirectoryStore => ({
    name,
    folder: join(path, paths.id),
    isOwn: false,
  });
  return {
    daily: backups?.store
      ? declared("daily", backups.store.path)
      : { name: "daily", folder: paths.backups, isOwn: true },
    weekly: backups?.weekly && declared("weekly", backups.weekly.store.path),
  };
}

/** When a disk is lost, what lies on the other one is what matters. */
async function storesThere(
  stores: readonly DirectoryStore[],
  environment: string,
): Promise<readonly DirectoryStore[]> {
  const states = await Promise.all(
    stores.map(async (store) => ({ store, usable: store.isOwn || (await isThere(store)) })),
  );
  const usable = states.filter((state) => state.usable).map(({ store }) => store);
  const [first] = stores;
  if (usable.length === 0 && first !== undefined) throw storeMissing(first, environment);
  return usable;
}

async function keptIn(
  store: DirectoryStore,
  owner: Parameters<typeof readBackup>[2],
): Promise<readonly KeptBackup[]> {
  const look = async (id: string): Promise<KeptBackup> => {
    const place = join(store.folder, id);
    return { id, place, store: store.name, ...(await readBackup(place, id, owner)) };
  };
  return Promise.all((await storedIds(store)).map(look));
}

function timeOf({ id, record }: KeptBackup): number {
  return record?.at ?? partsOfId(id)?.at ?? 0;
}
