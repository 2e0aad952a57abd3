import { servedBeforeDeployOf } from "../engine/served-before.ts";
import { history } from "../engine/journal-store.ts";
import { planRollback } from "../release/plan-rollback.ts";
import { rollbackTarget } from "../release/rollback-target.ts";
import { carryOut, type Prepared } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { openHostToChange } from "./open-host.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";
import { scaleWarnings } from "./scale-text.ts";

export const command = defineCommand({
  name: "rollback",
  description:
    "Puts the release before the current one back into force, or the one that is named. While its instances are warm this takes milliseconds. Migrations stay as they are.",
  arguments: [
    environmentArgument,
    { name: "release", help: "a kept release, by its id or an unambiguous part of it", optional: true },
  ],
  options: { reason: reasonOption },
  examples: ["cozy rollback staging", "cozy rollback staging 20261124-130509-ab12cd3"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const prepare = async () => prepared(context, opened, args.release);
    return carryOut(context, opened, { command: "rollback", reason: options.reason, prepare });
  },
});

/** Plans that are looked through for the deploy of the release in force. */
const lookedThrough = 30;

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  asked: string | undefined,
): Promise<Prepared> {
  const { project, environment } = opened;
  const host = await openHostToChange(context, opened);
  const [observed, journals] = await Promise.all([
    host.observe(context.signal),
    history(opened.journals, lookedThrough),
  ]);
  const servedBefore = servedBeforeDeployOf(observed.current, journals);
  const target = rollbackTarget(observed, environment.name, { asked, servedBefore });
  const release = await host.readRelease(target, context.signal);
  return {
    plan: planRollback({ project, environment, observed, release }),
    world: releaseWorld(context, opened, host),
    commits: [{ id: release.commit, subject: release.commitSubject }],
    warnings: scaleWarnings(observed, environment),
  };
}
