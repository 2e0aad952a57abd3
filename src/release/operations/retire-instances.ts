import type { Operation, OperationContext } from "../../engine/operation.ts";
import type { Drain } from "../../project/project.ts";
import { pause } from "../../shared/pause.ts";
import type { HostWorld } from "../world.ts";
import { inFlightOf, inFlightText, isIdle } from "./in-flight.ts";
import { warnOfKilled } from "./warn-of-killed.ts";

export interface RetireInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly drain: Drain;
  /** How long they stay started, so that a rollback takes milliseconds. */
  readonly warmMs: number;
}

/**
 * Lets the old web instances go. Kept warm for longer than both drain deadlines, they finish what is in flight meanwhile and nobody
 * waits; kept for less, requests and streams are waited for, each up to its own deadline, before they are stopped.
 */
export const retireInstances: Operation<RetireInstancesInput, HostWorld> = {
  kind: "retire-instances",
  async run(input, context) {
    const { world, now, signal } = context;
    const host = world.host(input.host);
    const select = { release: input.release, types: ["web"] };
    if (input.warmMs >= Math.max(input.drain.requestsMs, input.drain.streamsMs)) {
      await host.retireInstances(select, now() + input.warmMs, signal);
      const busy = await inFlightOf(input, context);
      return isIdle(busy) ? undefined : `${inFlightText(busy)} go on meanwhile`;
    }
    const left = await drained(input, context);
    warnOfKilled(await host.stopInstances(select, signal), context);
    return isIdle(left) ? undefined : `${inFlightText(left)} cut at the deadline`;
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    return instances.every(
      ({ id, retireAt }) => id.release !== input.release || id.type !== "web" || retireAt !== undefined,
    );
  },
  deadlineMs: (input) => Math.max(input.drain.requestsMs, input.drain.streamsMs) + 120_000,
};

async function drained(input: RetireInstancesInput, context: OperationContext<HostWorld>) {
  const start = context.now();
  for (;;) {
    const busy = await inFlightOf(input, context);
    const elapsed = context.now() - start;
    const requestsOver = busy.requests === 0 || elapsed >= input.drain.requestsMs;
    const streamsOver = busy.streams === 0 || elapsed >= input.drain.streamsMs;
    if (requestsOver && streamsOver) return busy;
    context.progress(`${inFlightText(busy)} in flight`);
    await pause(50, context.signal);
  }
}
