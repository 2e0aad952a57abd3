import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { currentRelease } from "../hosts/machine/current-release.ts";
import type { BackupRecord, BackupStores, DatabaseBackups, StoreName } from "../recovery/backup.ts";
import { sizeOfBackup } from "../recovery/size-of-backup.ts";
import { backupText, type BackupReport } from "./backup-text.ts";
import { backupsOf } from "./backups-of.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { progressLine } from "./progress-line.ts";

export const command = defineCommand({
  name: "backup",
  description:
    "Backs up the database of an environment now, while it is in use, and reads back what it wrote before that counts. Backups that are past their time are removed afterwards. Nothing else of the environment is changed, so it needs no lease.",
  arguments: [environmentArgument],
  options: {
    weekly: { kind: "flag", help: "one for the weekly store, kept as long as that says" },
    createStore: { kind: "flag", help: "make the folder of a new store first" },
  },
  where: "keeper",
  examples: [
    "cozy backup production",
    "cozy backup production --weekly",
    "cozy backup production --create-store",
    "cozy backup production --json",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseWithout(opened, options.weekly);
    const backups = await backupsOf(context, opened);
    const store: StoreName = options.weekly ? "weekly" : "daily";
    if (options.createStore) await backups.createStore(store);
    const record = await backedUp(context, opened, backups, store);
    if (record === undefined && !options.createStore) throw nothingThere(opened);
    const report = await reportOf(context, opened, backups, store, record);
    printResult(context, report, () => backupText(report));
    return 0;
  },
});

function refuseWithout({ environment: { name, database, backups } }: OpenEnvironment, weekly: boolean): void {
  if (database === undefined) {
    throw new CozyError("nothing-to-back-up", {
      message: `${name} declares no database.`,
      next: "Give the environment a `database` in cozy.config.ts.",
    });
  }
  if (weekly && backups?.weekly === undefined) {
    throw new CozyError("wrong-usage", {
      message: `${name} declares no weekly store.`,
      next: 'Give its `backups` one in cozy.config.ts: `weekly: { to: directory("…") }`.',
    });
  }
}

async function backedUp(
  context: CommandContext,
  { paths }: OpenEnvironment,
  backups: DatabaseBackups,
  of: StoreName,
): Promise<BackupRecord | undefined> {
  const line = progressLine(context);
  try {
    const order = { class: of, release: await currentRelease(paths), for: undefined };
    return await backups.backUp(order, context.signal, (text) => line.tell(text));
  } finally {
    line.end();
  }
}

async function reportOf(
  context: CommandContext,
  { environment }: OpenEnvironment,
  backups: DatabaseBackups & BackupStores,
  of: StoreName,
  record: BackupRecord | undefined,
): Promise<BackupReport> {
  const store = (await backups.stores()).find(({ name }) => name === of);
  if (store === undefined) throw new Error(`there is no ${of} store`);
  return {
    environment: environment.name,
    store: store.folder,
    backup: record ?? null,
    sizeBytes: record === undefined ? null : sizeOfBackup(record),
    heartbeatAgeMs: record?.heartbeatAt === undefined ? null : Math.max(0, record.at - record.heartbeatAt),
    removed: record === undefined ? [] : await pruned(context, backups),
  };
}

/** The backup is made, whatever becomes of the old ones. */
async function pruned(
  { now, signal, stderr }: CommandContext,
  backups: DatabaseBackups,
): Promise<readonly string[]> {
  try {
    return await backups.prune(now(), signal);
  } catch (error) {
    signal.throwIfAborted();
    stderr.write(`Old backups could not be removed: ${messageOf(error)}\n`);
    return [];
  }
}

function nothingThere({ environment: { name } }: OpenEnvironment): CozyError {
  return new CozyError("nothing-to-back-up", {
    message: `${name} has no database yet.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${name}`,
  });
}
