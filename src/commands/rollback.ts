import type { Hold } from "../engine/hold-lease.ts";
import { keeperOf } from "../release/fleet.ts";
import { isCold, releaseStarts } from "../release/host-starts.ts";
import { planRollback } from "../release/plan-rollback.ts";
import { keptOnAll, rollbackTarget } from "../release/rollback-target.ts";
import { carryOut, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { lookAtCapacity } from "./look-at-capacity.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { observedFleet } from "./observe-fleet.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { checkReleaseVariables } from "./resolve-values.ts";
import { scaleWarnings } from "./scale-text.ts";

export const command = defineCommand({
  name: "rollback",
  description:
    "Puts the release before the current one back into force, or the one that is named. While its instances are warm this takes milliseconds; where they have to be started, memory and the database's connections are looked at first. Migrations stay as they are.",
  arguments: [
    environmentArgument,
    { name: "release", help: "a kept release, by its id or an unambiguous part of it", optional: true },
  ],
  options: { reason: reasonOption },
  examples: ["cozy rollback staging", "cozy rollback staging 20261124-130509-ab12cd3"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const prepare: Undertaking["prepare"] = (fleet, hold) =>
      prepared(context, opened, fleet, hold, args.release);
    return carryOut(context, opened, { command: "rollback", reason: options.reason, prepare });
  },
});

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  hold: Hold,
  asked: string | undefined,
): Promise<Prepared> {
  const { project, environment } = opened;
  const host = keeperHost(open);
  const [{ fleet, without, warnings }, servedBefore, records] = await Promise.all([
    observedFleet(context, opened, open, "rollback", hold),
    open.past.servedBefore(),
    host.readReleases(context.signal),
  ]);
  const observed = keeperOf(fleet);
  const target = rollbackTarget(keptOnAll(fleet), environment.name, {
    asked,
    servedBefore: servedBefore[observed.current ?? ""],
  });
  const release = records.find(({ id }) => id === target) ?? (await host.readRelease(target, context.signal));
  // What is warm is back in milliseconds, and waits for no look.
  const hosts = releaseStarts({ environment, fleet, release });
  const variables = () => checkReleaseVariables(context, opened, open.kept.generated);
  const what = `release ${target} beside the one that serves`;
  const capacity = isCold(hosts) ? await lookAtCapacity(context, opened, { what, hosts, variables }) : [];
  return {
    plan: planRollback({ project, environment, fleet, without, release }),
    world: releaseWorld(context, opened, open),
    commits: [{ id: release.commit, subject: release.commitSubject }],
    warnings: [...warnings, ...capacity, ...scaleWarnings(observed, environment)],
  };
}
