import type { Journal } from "../engine/journal.ts";
import { unfinishedJournal } from "../engine/journal-store.ts";
import { abortPlan, resumePlan } from "../engine/run-plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { reported } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { engineFor } from "./engine-for.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openHostToChange } from "./open-host.ts";
import { releaseWorld } from "./release-world.ts";
import { ownWho, withLease } from "./with-lease.ts";

/** Goes on with the plan that was cut off, or takes it back; gives the exit code. */
export async function takeUp(
  context: CommandContext,
  opened: OpenEnvironment,
  by: "resume" | "abort",
): Promise<number> {
  return withLease(context, opened, { command: by }, async (hold) => {
    const journal = await unfinished(opened);
    const host = await openHostToChange(context, opened);
    const world = releaseWorld(context, opened, host);
    return reported(context, hold, async (reporter) => {
      const engine = engineFor(context, opened, { hold, world, reporter });
      const carryOn = by === "resume" ? resumePlan : abortPlan;
      return carryOn(journal, await ownWho(context), engine);
    });
  });
}

async function unfinished({ journals, environment }: OpenEnvironment): Promise<Journal> {
  const journal = await unfinishedJournal(journals);
  if (journal) return journal;
  throw new CozyError("nothing-unfinished", {
    message: `No plan of ${environment.name} was cut off.`,
    state: "Nothing was changed.",
    next: `cozy status ${environment.name}`,
  });
}
