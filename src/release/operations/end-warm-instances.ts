import type { Operation } from "../../engine/operation.ts";
import type { Drain } from "../../project/project.ts";
import type { InFlight } from "../../hosts/host.ts";
import type { HostWorld } from "../world.ts";
import { inFlightOf, inFlightText, isIdle } from "./in-flight.ts";

export interface EndWarmInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly drain: Drain;
}

/**
 * Ends the warm instances of a release that is not the one before any more: only the last is kept for a rollback in milliseconds, so
 * that many deploys in a row don't fill the machine. What still has requests or streams gets until their deadlines; nobody waits here
 * for the end of the others either, which takes an application seconds.
 */
export const endWarmInstances: Operation<EndWarmInstancesInput, HostWorld> = {
  kind: "end-warm-instances",
  async run(input, context) {
    const host = context.world.host(input.host);
    const select = { release: input.release, types: ["web"] };
    const busy = await inFlightOf(input, context);
    await host.retireInstances(select, context.now() + lastsMs(busy, input.drain), context.signal);
    return isIdle(busy) ? undefined : `${inFlightText(busy)} go on meanwhile`;
  },
  verify: async () => false, // looking again is all that it does
  deadlineMs: () => 120_000,
};

function lastsMs(busy: InFlight, { requestsMs, streamsMs }: Drain): number {
  if (isIdle(busy)) return 0;
  return busy.streams > 0 ? Math.max(requestsMs, streamsMs) : requestsMs;
}
