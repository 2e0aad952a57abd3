import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";
import { warnOfKilled } from "./warn-of-killed.ts";

export interface StopInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly types: readonly string[];
  /** The longest stop time-out among them. */
  readonly timeoutMs: number;
}

/** Tells instances of an earlier release to end; each finishes its work within its own stop time-out. */
export const stopInstances: Operation<StopInstancesInput, HostWorld> = {
  kind: "stop-instances",
  async run({ host, release, types }, context) {
    const { world, signal } = context;
    warnOfKilled(await world.host(host).stopInstances({ release, types }, signal), context);
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    return !instances.some(({ id }) => id.release === input.release && input.types.includes(id.type));
  },
  deadlineMs: (input) => input.timeoutMs + 30_000,
};
