import type { Hold } from "../engine/hold-lease.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { keeperOf } from "../release/fleet.ts";
import { chooseBackup, type ChosenBackup } from "../recovery/choose-backup.ts";
import { parseMoment } from "../recovery/parse-moment.ts";
import { planRestore } from "../recovery/plan-restore.ts";
import { stampOf } from "../recovery/swap-files.ts";
import { backupsOf, refuseServerDatabase } from "./backups-of.ts";
import { carryOut, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { observedFleet } from "./observe-fleet.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";

export const command = defineCommand({
  name: "restore",
  description:
    "Puts a backup of the database back into use. It is restored beside the database in use and tried with the release first; what would be lost is said before it happens, and a person confirms it or `--yes` does. The site answers 503 while the databases are exchanged. The one that was in use is backed up and kept; if anything fails, it is back in use.",
  arguments: [
    environmentArgument,
    {
      name: "backup",
      help: "a backup by its id, or an unambiguous part of it; the newest sound one where it is left out",
      optional: true,
    },
  ],
  options: {
    at: {
      kind: "text",
      placeholder: "moment",
      help: "the newest backup from this moment or before: 2026-11-24T03:15Z",
    },
    release: {
      kind: "text",
      placeholder: "id",
      help: "put this kept release into force with it, for a backup of an older schema",
    },
    migrate: { kind: "flag", help: "run the release's migrate command on the restored data first" },
    yes: { kind: "flag", help: "lose what the backup does not have, without being asked" },
    reason: reasonOption,
  },
  examples: [
    "cozy restore production",
    "cozy restore production 20261124T031500Z-daily",
    'cozy restore production --at "2026-11-24 03:15" --yes',
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const prepare: Undertaking["prepare"] = (fleet, hold) =>
      prepared(context, opened, { open: fleet, hold }, args.backup, options);
    return carryOut(context, opened, { command: "restore", reason: options.reason, prepare });
  },
});

interface RestoreOptions {
  readonly at: string | undefined;
  readonly release: string | undefined;
  readonly migrate: boolean;
  readonly yes: boolean;
}

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  { open, hold }: { readonly open: OpenFleet; readonly hold: Hold },
  id: string | undefined,
  options: RestoreOptions,
): Promise<Prepared> {
  const { project, environment } = opened;
  refuseWithoutDatabase(opened);
  if (options.migrate && project.app.migrate === undefined) throw noMigrations(project.name);
  const { backup, notes } = await chosen(context, opened, open, id, options.at);
  const { fleet } = await observedFleet(context, opened, open, "restore", hold);
  const host = keeperHost(open);
  const observed = keeperOf(fleet);
  if (observed.current === undefined) throw nothingInForce(environment.name);
  const current = await host.readRelease(observed.current, context.signal);
  const release =
    options.release === undefined
      ? current
      : await host.readRelease(keptRelease(observed.releases, options.release), context.signal);
  const plan = planRestore({
    project,
    environment,
    fleet,
    current,
    release,
    backup: backup.id,
    stamp: stampOf(context.now()),
    migrate: options.migrate,
    yes: options.yes,
  });
  return { plan, world: releaseWorld(context, opened, open), commits: [], warnings: notes };
}

async function chosen(
  context: CommandContext,
  opened: OpenEnvironment,
  { kept }: Pick<OpenFleet, "kept">,
  id: string | undefined,
  moment: string | undefined,
): Promise<ChosenBackup> {
  if (id !== undefined && moment !== undefined) {
    throw new CozyError("wrong-usage", { message: "A backup's id and --at can't be given together." });
  }
  const at = moment === undefined ? undefined : parseMoment(moment);
  if (moment !== undefined && at === undefined) {
    throw new CozyError("wrong-usage", {
      message: `--at takes a moment such as 2026-11-24T03:15Z, and not "${moment}".`,
    });
  }
  const backups = kept.backups ?? (await backupsOf(context, opened));
  return chooseBackup(await backups.list(context.signal), { id, at }, opened.environment.name);
}

/** A release by its id, or an unambiguous part of it; what is not kept is told by whoever reads its record. */
function keptRelease(releases: readonly { readonly id: string }[], asked: string): string {
  const like = releases.map(({ id }) => id).filter((id) => id.includes(asked));
  return like.length === 1 ? (like[0] ?? asked) : asked;
}

export function refuseWithoutDatabase(opened: OpenEnvironment): void {
  refuseServerDatabase(opened);
  const { name, database } = opened.environment;
  if (database !== undefined) return;
  throw new CozyError("wrong-usage", {
    message: `${name} declares no database, so there is none to restore.`,
  });
}

function noMigrations(project: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${project} has no \`migrate\` command, so there is nothing to run on the restored data.`,
  });
}

function nothingInForce(environment: string): CozyError {
  return new CozyError("unknown-release", {
    message: `${environment} has no release yet, so nothing could use the restored data.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}, then restore`,
  });
}
