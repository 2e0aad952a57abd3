import { CozyError } from "../errors/cozy-error.ts";
import { verdictLines } from "../rehearsal/verdict-text.ts";
import { exitCodeOf, type RehearsalVerdict } from "../rehearsal/verdict.ts";
import { refuseServerDatabase } from "./backups-of.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, openHostsToChange, type OpenFleet } from "./open-hosts.ts";
import { preparedDeploy, refOption, type DeployOptions } from "./prepare-deploy.ts";
import { withLease } from "./with-lease.ts";

/** Without a word about it in the project file. */
const longestMigrationMs = 3_600_000;

export const command = defineCommand({
  name: "rehearse",
  description:
    "Tries the current commit on restored data, as a deploy does before it touches production, and deploys nothing: the newest backup is restored aside, the migrations run there, the release in force and the new one are checked on the migrated data, and the way back. Exit code 0: all was shown; 1: something failed; 3: something could not be shown.",
  arguments: [environmentArgument],
  options: { ref: refOption },
  examples: [
    "cozy rehearse production",
    "cozy rehearse production --ref v1.4",
    "cozy rehearse production --json",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseWithoutDatabase(opened);
    const fleet = await openHostsToChange(context, opened);
    return withLease(context, fleet.lease, { command: "rehearse" }, async (hold) => {
      const verdict = await rehearsed(context, opened, fleet, options);
      hold.lost.throwIfAborted();
      printResult(context, verdict, () => verdictLines(verdict).join("\n"));
      return exitCodeOf(verdict);
    });
  },
});

/** The release is laid on the host for as long as the rehearsal takes. */
async function rehearsed(
  context: CommandContext,
  opened: OpenEnvironment,
  fleet: OpenFleet,
  options: DeployOptions,
): Promise<RehearsalVerdict> {
  const { project, environment } = opened;
  const { signal } = context;
  const tell = (text: string): void => {
    if (!context.json) context.stderr.write(`${text}\n`);
  };
  const { world, release, artifactKey, plan } = await preparedDeploy(context, opened, fleet, options);
  const artifact =
    (await world.builder.find(artifactKey, signal)) ??
    (await world.builder.build(
      { key: artifactKey, commit: release.commit },
      { step: tell, output: (_, line) => tell(line) },
      signal,
    ));
  const variables = await world.variables();
  const host = keeperHost(fleet);
  try {
    await host.placeRelease({ release: { ...release, artifact }, variables, persist: world.persist }, signal);
    return await world.rehearser.rehearse(
      {
        release: release.id,
        previous: plan.previous,
        migrate: project.app.migrate,
        migrateWithinMs: environment.rehearsal?.migrateWithinMs ?? longestMigrationMs,
        by: `cozy rehearse ${environment.name}`,
      },
      tell,
      signal,
    );
  } finally {
    await host.removeReleases([release.id], AbortSignal.timeout(60_000));
  }
}

function refuseWithoutDatabase(opened: OpenEnvironment): void {
  refuseServerDatabase(opened);
  const { environment } = opened;
  if (environment.database !== undefined) return;
  throw new CozyError("wrong-usage", {
    message: `${environment.name} declares no database, so there is no data to rehearse on.`,
  });
}
