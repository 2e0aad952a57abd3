import type { Operation, OperationContext } from "../../engine/operation.ts";
import type { Host, InFlight } from "../../hosts/host.ts";
import type { InstanceId } from "../../instances/instance.ts";
import type { Drain } from "../../project/project.ts";
import { pause } from "../../shared/pause.ts";
import { socketName } from "../socket-name.ts";
import type { HostWorld } from "../world.ts";
import { inFlightText } from "./in-flight.ts";
import { surplusOf } from "./stop-surplus.ts";
import { warnOfKilled } from "./warn-of-killed.ts";

export interface EndSurplusInstancesInput {
  readonly host: string;
  readonly release: string;
  /** How many of each type stay. */
  readonly counts: Readonly<Record<string, number>>;
  readonly drain: Drain;
  /** The longest stop time-out among them. */
  readonly timeoutMs: number;
}

/**
 * Ends instances of the release that serves which are too many, once they have left the route table. Requests on them are waited for
 * until their deadline; one with streams is left until theirs, and nobody waits for that.
 */
export const endSurplusInstances: Operation<EndSurplusInstancesInput, HostWorld> = {
  kind: "end-surplus-instances",
  async run(input, context) {
    const { world, signal } = context;
    const types = Object.keys(input.counts);
    const host = world.host(input.host);
    const surplus = await surplusOf(host, { release: input.release, types }, input.counts, signal);
    const notes = await Promise.all(surplus.map((id) => endOne(host, id, input.drain, context)));
    return notes.filter((note) => note !== undefined).join("; ") || undefined;
  },
  verify: async () => false, // looking again is all that it does
  deadlineMs: ({ drain, timeoutMs }) => drain.requestsMs + timeoutMs + 60_000,
};

async function endOne(
  host: Host,
  id: InstanceId,
  drain: Drain,
  context: OperationContext<HostWorld>,
): Promise<string | undefined> {
  const { now, signal } = context;
  const select = { release: id.release, types: [id.type], index: id.index };
  const left = await withoutRequests(host, id, drain.requestsMs, context);
  if (left.streams === 0) {
    warnOfKilled(await host.stopInstances(select, signal), context);
    return undefined;
  }
  await host.retireInstances(select, now() + drain.streamsMs, signal);
  return `${inFlightText(left)} of ${id.type}.${id.index} go on meanwhile`;
}

async function withoutRequests(
  host: Host,
  id: InstanceId,
  requestsMs: number,
  { now, signal }: OperationContext<HostWorld>,
): Promise<InFlight> {
  const start = now();
  for (;;) {
    const busy = (await host.inFlight(signal))[socketName(id)] ?? { requests: 0, streams: 0 };
    if (busy.requests === 0 || now() - start >= requestsMs) return busy;
    await pause(20, signal);
  }
}
