import type { Journal } from "../engine/journal.ts";
import { isCommitted, progressOf } from "../engine/plan-progress.ts";
import type { Fleet } from "../release/fleet.ts";
import { isCold } from "../release/host-starts.ts";
import { releaseIn } from "../release/operations/place-release.ts";
import type { Plan } from "../release/plan.ts";
import { subjectOf } from "../release/plan-subject.ts";
import { startsToCome } from "../release/starts-to-come.ts";
import type { CommandContext } from "./command-context.ts";
import { lookAtCapacity } from "./look-at-capacity.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { checkReleaseVariables } from "./resolve-values.ts";

/** Those that look before they start anything; a restore starts what ran before it. */
const looking: ReadonlySet<Plan["command"]> = new Set(["deploy", "rollback", "scale", "join"]);

/**
 * A plan that was cut off before it started anything is looked at as a new one is: the hosts may have filled up since. One that has
 * started is not, and one that is in force for good even less: it can only be gone on with. Gives warnings of what could not be known.
 */
export async function lookBeforeResume(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  { journal, fleet }: { readonly journal: Journal; readonly fleet: Fleet },
): Promise<readonly string[]> {
  const { plan } = journal.header;
  if (!looking.has(plan.command) || isCommitted(plan, progressOf(journal))) return [];
  const { environment } = opened;
  const release = releaseIn(plan) ?? (await keeperHost(open).readRelease(plan.release, context.signal));
  const hosts = startsToCome({ environment, fleet, release }, plan);
  const starts = plan.command === "rollback" ? isCold(hosts) : hosts.some((host) => host.starts.length > 0);
  if (!starts) return [];
  const what = `${plan.command} of ${subjectOf(plan)}`;
  return lookAtCapacity(context, opened, {
    what: `going on with the ${what}`,
    hosts,
    variables: () => checkReleaseVariables(context, opened, open.kept.generated),
    ifLacking: {
      state: `The ${what} was cut off before it started anything, and stays so. Nothing was changed.`,
      next: `Make room in one of these ways, then: cozy resume ${environment.name}. To go back instead: cozy abort ${environment.name}`,
    },
  });
}
