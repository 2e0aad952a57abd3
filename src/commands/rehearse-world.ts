import type { Judge } from "../recovery/judge.ts";
import type { Rehearser } from "../rehearsal/rehearser.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { recoveryHere, scratchGiven } from "./scratch-parts.ts";

/** Rehearsals of an environment, where its data are; what they need is loaded when one is held. */
export function rehearserOf(
  context: CommandContext,
  opened: OpenEnvironment,
  fleet: Pick<OpenFleet, "kept">,
): Rehearser {
  return {
    async rehearse(request, progress, signal) {
      const judge = await judgeOf(context, opened, fleet);
      return judge.rehearse({ ...request, ...(await scratchGiven(context, opened)) }, progress, signal);
    },
  };
}

/** On the keeper of a fleet, or here. */
export async function judgeOf(
  context: CommandContext,
  opened: OpenEnvironment,
  { kept }: Pick<OpenFleet, "kept">,
): Promise<Judge> {
  if (kept.judge !== undefined) return kept.judge;
  const { judge } = await import("../recovery/judge.ts");
  return judge(await recoveryHere(context, opened));
}
