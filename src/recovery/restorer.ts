import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readRelease } from "../hosts/release-folder.ts";
import { databaseFile } from "../hosts/machine/release-variables.ts";
import type { Environment } from "../project/project.ts";
import { openRecorded } from "../rehearsal/open-recorded.ts";
import type { ScratchGiven } from "../rehearsal/scratch-given.ts";
import type { ScratchParts } from "../rehearsal/scratch.ts";
import { copyDatabase } from "../rehearsal/scratch-database.ts";
import { endRuns, type TellProcess } from "../schedules/end-runs.ts";
import { fileModeIn } from "../shared/shared-folder.ts";
import type { BackupRecord, DatabaseBackups, RestoredDatabase } from "./backup.ts";
import { chooseBackup } from "./choose-backup.ts";
import { liveRows } from "./live-rows.ts";
import { lossOf, type Loss } from "./loss.ts";
import { noteTimes } from "./note-times.ts";
import { isInPlace, putInPlace, takeOut, type SwapOptions } from "./swap-database.ts";
import { exists, removeWithCompanions, setAsideBefore, swapFiles } from "./swap-files.ts";
import { tryRestored, type RestoredTrial } from "./try-restored.ts";
import { defaultKeepMs } from "./retention-rules.ts";
import { flush } from "../shared/atomic-write.ts";

/** One restore: which backup, and the time by which its files are named. */
export interface RestoreOrder {
  readonly backup: string;
  readonly stamp: string;
}

/**
 * What the operations of a restore need. Each can be called again after a kill; nothing but `putInPlace` and `takeOut` touches the
 * database in use.
 */
export interface Restorer {
  /** Restores the backup beside the database in use and checks it. */
  layAside(order: RestoreOrder, signal: AbortSignal): Promise<RestoredDatabase>;
  /** Whether it lies there whole, or is in use already. */
  isLaid(order: RestoreOrder): Promise<boolean>;
  /** Removes it where it is not in use. */
  discard(order: RestoreOrder): Promise<void>;
  /** What the database in use has and the restored one has not. */
  loss(order: RestoreOrder, signal: AbortSignal): Promise<Loss>;
  /** Has a command find the restored database where it would find the one in use. */
  variables(order: RestoreOrder): Promise<Readonly<Record<string, string>>>;
  /** Starts a release on a copy of the restored database, in a scratch environment. */
  tryOn(order: RestoreOrder, release: string, signal: AbortSignal): Promise<RestoredTrial>;
  /** Backs up the database in use; `undefined` where there is none. */
  backUp(release: string, signal: AbortSignal): Promise<BackupRecord | undefined>;
  /** Ends the runs of schedules that go on; gives their names. */
  endRuns(signal: AbortSignal): Promise<readonly string[]>;
  putInPlace(order: RestoreOrder, signal: AbortSignal): Promise<void>;
  isInPlace(order: RestoreOrder): Promise<boolean>;
  /** Puts the database of before back; gives the name under which the restored one is kept, where visitors have written to it. */
  takeOut(order: RestoreOrder, signal: AbortSignal): Promise<string | undefined>;
  /** Notes what happens when; what is noted already stays, so that a second run takes nothing from the first. */
  note(order: RestoreOrder, times: RestoreTimes): Promise<RestoreTimes>;
  /** Removes what earlier restores set aside longer ago than backups are kept; gives where this one has put the database of before. */
  finish(order: RestoreOrder): Promise<string>;
}

/** When a restore took the traffic away, was about to let it in again, had done so, and was over. */
export interface RestoreTimes {
  readonly closedAt?: number;
  readonly openingAt?: number;
  readonly openedAt?: number;
  readonly doneAt?: number;
}

/** The same where the data are: it is told what only the deployer knows. */
export interface DataRestorer extends Omit<Restorer, "tryOn"> {
  tryOn(order: RestoreOrder, trial: RestoreTrial, signal: AbortSignal): Promise<RestoredTrial>;
}

export interface RestoreTrial extends ScratchGiven {
  readonly release: string;
}

export interface RestorerParts extends Omit<ScratchParts, "name" | "variables" | "persist" | "environment"> {
  readonly environment: Pick<Environment, "name" | "database" | "media" | "backups">;
  readonly backups: () => Promise<DatabaseBackups>;
  readonly now: () => number;
  /** Who sees and ends the application's processes, where that is not this user. */
  readonly processes?: AppProcesses | undefined;
}

export interface AppProcesses {
  readonly openBy: SwapOptions["openBy"];
  readonly tell: TellProcess;
}

/** Restores the SQLite database of an environment, on the machine where it is. */
export function sqliteRestorer(parts: RestorerParts): DataRestorer {
  const { environment, paths, now, processes } = parts;
  const database = databaseFile(paths);
  const filesOf = ({ stamp }: RestoreOrder) => swapFiles(database, stamp);
  const note: Restorer["note"] = (order, times) => noteTimes(join(paths.evidence, "restores"), order, times);
  let laid: RestoredDatabase | undefined;

  const restoreTo = async (order: RestoreOrder, file: string, signal: AbortSignal) => {
    const backups = await parts.backups();
    const { backup } = chooseBackup(await backups.list(signal), { id: order.backup }, environment.name);
    return backups.restore(backup, file, signal);
  };

  return {
    async layAside(order, signal) {
      const { restored } = filesOf(order);
      const partial = `${restored}.partial`;
      await mkdir(dirname(database), { recursive: true, mode: 0o700 });
      await removeWithCompanions(partial);
      await removeWithCompanions(restored);
      laid = await restoreTo(order, partial, signal);
      await chmod(partial, fileModeIn(dirname(database)));
      // What is about to be the only database has to outlive a power cut.
      await flush(partial);
      await rename(partial, restored);
      return laid;
    },
    isLaid: async (order) => (await exists(filesOf(order).restored)) || isInPlace(database, order.stamp),
    async discard(order) {
      const { restored } = filesOf(order);
      await removeWithCompanions(`${restored}.partial`);
      await removeWithCompanions(restored);
    },
    async loss(order, signal) {
      const restored = laid ?? (await restoredAgain(order, filesOf(order).restored, parts, signal));
      return lossOf(restored, await liveRows(database, signal), now());
    },
    variables: async (order) => ({
      [environment.database?.variable ?? "DATABASE_URL"]: `sqlite:///${filesOf(order).restored}`,
    }),
    async tryOn(order, { release, persist, variables }, signal) {
      const record = await readRelease(paths, release);
      const scratchParts = { ...parts, name: "restore", persist, variables };
      const recorded = await openRecorded(scratchParts, [release], signal);
      try {
        await copyDatabase(filesOf(order).restored, recorded.scratch.databaseFile);
        await recorded.scratch.place(record, signal);
        return await tryRestored(recorded, record, signal);
      } finally {
        await recorded.scratch.close();
      }
    },
    async backUp(release, signal) {
      const backups = await parts.backups();
      return backups.backUp({ class: "deploy", release, for: release }, signal);
    },
    endRuns: (signal) => endRuns(paths.schedules, signal, processes?.tell),
    putInPlace: (order, signal) => putInPlace(database, order.stamp, signal, { openBy: processes?.openBy }),
    isInPlace: (order) => isInPlace(database, order.stamp),
    async takeOut(order, signal) {
      const aside = await takeOut(database, order.stamp, signal, { openBy: processes?.openBy });
      const { openingAt } = await note(order, {});
      if (aside === undefined || openingAt !== undefined) return aside;
      // Nobody but cozy's own checks has written to it.
      await removeWithCompanions(aside);
      return undefined;
    },
    note,
    async finish(order) {
      const old = await setAsideBefore(database, now() - (environment.backups?.keepMs ?? defaultKeepMs));
      for (const file of old) await rm(file, { force: true });
      return filesOf(order).before;
    },
  };
}

/** After a kill another process counts what the first one had counted. */
async function restoredAgain(
  order: RestoreOrder,
  file: string,
  { backups, environment }: Pick<RestorerParts, "backups" | "environment">,
  signal: AbortSignal,
): Promise<Pick<RestoredDatabase, "record" | "rows">> {
  const kept = await (await backups()).list(signal);
  const { record } = chooseBackup(kept, { id: order.backup }, environment.name).backup;
  const live = await liveRows(file, signal);
  if (record === undefined || !("rows" in live)) throw new Error(`${file} can't be counted`);
  return { record, rows: live.rows };
}
