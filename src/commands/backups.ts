import { currentRelease } from "../hosts/machine/current-release.ts";
import { readRelease } from "../hosts/release-folder.ts";
import type { Backups } from "../project/project.ts";
import type { BackupStores, KeptBackup } from "../recovery/backup.ts";
import { isAmiss, lookAtBackups } from "../recovery/look-at-backups.ts";
import { backupsOf } from "./backups-of.ts";
import { backupsText } from "./backups-text.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { progressLine } from "./progress-line.ts";

export const command = defineCommand({
  name: "backups",
  description:
    "The backups of an environment's database, newest first: how old each is, before which release it was made, whether it is damaged; how far back each store goes, and when the next ones are due. Exit code 1 where a backup is damaged or a store is not there.",
  arguments: [environmentArgument],
  options: {
    verify: { kind: "flag", help: "read all of each: every hash, and the database's own check" },
  },
  where: "keeper",
  examples: [
    "cozy backups production",
    "cozy backups production --verify",
    "cozy backups production --verify --json",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const { environment } = opened;
    const backups = await backupsOf(context, opened);
    const [kept, stores, inForce] = await Promise.all([
      backups.list(context.signal),
      backups.stores(),
      backupsInForce(opened),
    ]);
    const faults = options.verify ? await faultsOf(context, backups, kept) : undefined;
    const facts = { environment: environment.name, kept, stores, faults, declared: environment.backups };
    const list = lookAtBackups({ ...facts, inForce, now: context.now() });
    printResult(context, list, () => backupsText(list, context.now()));
    return isAmiss(list) ? 1 : 0;
  },
});

/** A release whose record can't be read is told of by `cozy releases`. */
async function backupsInForce({ paths }: OpenEnvironment): Promise<Backups | undefined> {
  const release = await currentRelease(paths);
  if (release === undefined) return undefined;
  return readRelease(paths, release).then(
    ({ backups }) => backups,
    () => undefined,
  );
}

/** One after the other: the disk that they are read from serves the site as well. */
async function faultsOf(
  context: CommandContext,
  backups: BackupStores,
  kept: readonly KeptBackup[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const faults = new Map<string, string | undefined>();
  const line = progressLine(context);
  try {
    for (const [index, backup] of kept.entries()) {
      line.tell(`reading ${backup.id}, ${index + 1} of ${kept.length}`);
      faults.set(backup.id, await backups.verify(backup, context.signal));
    }
  } finally {
    line.end();
  }
  return faults;
}
