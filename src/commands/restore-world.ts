import type { DataRestorer, Restorer } from "../recovery/restorer.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { recoveryHere, scratchGiven } from "./scratch-parts.ts";

/** Restores of an environment, where its data are; what they need is loaded when one is carried out. */
export function restorerOf(
  context: CommandContext,
  opened: OpenEnvironment,
  fleet: Pick<OpenFleet, "kept">,
): () => Promise<Restorer> {
  let loading: Promise<Restorer> | undefined;
  return () => (loading ??= loaded(context, opened, fleet));
}

async function loaded(
  context: CommandContext,
  opened: OpenEnvironment,
  { kept }: Pick<OpenFleet, "kept">,
): Promise<Restorer> {
  const there = kept.restorer ?? (await restorerHere(context, opened));
  return {
    ...there,
    async tryOn(order, release, signal) {
      return there.tryOn(order, { release, ...(await scratchGiven(context, opened)) }, signal);
    },
  };
}

async function restorerHere(context: CommandContext, opened: OpenEnvironment): Promise<DataRestorer> {
  const { sqliteRestorer } = await import("../recovery/restorer.ts");
  return sqliteRestorer(await recoveryHere(context, opened));
}
