import type { Backups } from "../project/project.ts";
import { nextRun } from "../schedules/times.ts";
import type { BackupClass, BackupStore, KeptBackup, StoreName } from "./backup.ts";
import { partsOfId } from "./backup-id.ts";
import { weeklyTimes } from "./backup-schedules.ts";
import { sizeOfBackup } from "./size-of-backup.ts";

/** What `cozy backups` gives. */
export interface BackupsList {
  readonly environment: string;
  /** Whether every hash was read, and each database checked. */
  readonly verified: boolean;
  /** Newest first. */
  readonly backups: readonly BackupLook[];
  readonly stores: readonly StoreLook[];
  /** What makes the next ones: the release in force by its schedule, nothing yet because the release declares none, or nothing at all. */
  readonly schedule: "in force" | "from the next deploy on" | "none";
}

export interface BackupLook {
  readonly id: string;
  readonly class: BackupClass;
  readonly store: StoreName;
  readonly place: string;
  readonly at: number;
  readonly sizeBytes: number | null;
  /** The release in force then. */
  readonly release: string | null;
  /** The one that it was made before. */
  readonly for: string | null;
  readonly heartbeatAt: number | null;
  /** `whole` by its manifest and the sizes of its files, `sound` where all of it was read. */
  readonly state: "whole" | "sound" | "damaged";
  readonly fault: string | null;
}

export interface StoreLook extends BackupStore {
  /** The oldest data that can be brought back from it, and how far that goes back. */
  readonly oldestAt: number | null;
  readonly goesBackMs: number | null;
  readonly nextAt: number | null;
}

export interface BackupFacts {
  readonly environment: string;
  readonly kept: readonly KeptBackup[];
  readonly stores: readonly BackupStore[];
  /** By id, what reading all of it has shown; absent where it was not asked for. */
  readonly faults: ReadonlyMap<string, string | undefined> | undefined;
  /** As the project file declares them, and as the release in force does. */
  readonly declared: Backups | undefined;
  readonly inForce: Backups | undefined;
  readonly now: number;
}

/** What there is of an environment's backups, what is wrong with them, and when the next ones are due. Pure. */
export function lookAtBackups(facts: BackupFacts): BackupsList {
  const { environment, kept, stores, faults, declared, inForce } = facts;
  const backups = kept.flatMap((one) => lookAt(one, faults)).toReversed();
  return {
    environment,
    verified: faults !== undefined,
    backups,
    stores: stores.map((store) => lookAtStore(store, backups, facts)),
    schedule:
      inForce !== undefined ? "in force" : declared !== undefined ? "from the next deploy on" : "none",
  };
}

/** Whether something is wrong that somebody has to see to. */
export function isAmiss({ backups, stores }: BackupsList): boolean {
  return backups.some(({ state }) => state === "damaged") || stores.some(({ isThere }) => !isThere);
}

function lookAt(
  { id, place, store, record, fault }: KeptBackup,
  faults: BackupFacts["faults"],
): BackupLook[] {
  const told = partsOfId(id);
  if (told === undefined) return [];
  const found = fault ?? faults?.get(id);
  return [
    {
      id,
      class: told.class,
      store,
      place,
      at: record?.at ?? told.at,
      sizeBytes: record === undefined ? null : sizeOfBackup(record),
      release: record?.release ?? null,
      for: record?.for ?? null,
      heartbeatAt: record?.heartbeatAt ?? null,
      state: found !== undefined ? "damaged" : faults === undefined ? "whole" : "sound",
      fault: found ?? null,
    },
  ];
}

function lookAtStore(
  store: BackupStore,
  backups: readonly BackupLook[],
  { inForce, now }: BackupFacts,
): StoreLook {
  const oldest = backups.findLast((one) => one.store === store.name && one.state !== "damaged");
  const weekly = inForce?.weekly && weeklyTimes(inForce.when);
  const when = store.name === "weekly" ? weekly : inForce?.when;
  return {
    ...store,
    oldestAt: oldest?.at ?? null,
    goesBackMs: oldest === undefined ? null : Math.max(0, now - oldest.at),
    nextAt: (when && nextRun(when, now)) ?? null,
  };
}
