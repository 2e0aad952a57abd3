import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface StartInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly types: readonly string[];
  /** How many that is, over the types. */
  readonly count: number;
  /** The release's instances were warm before, until this time: an undo leaves them as they were. */
  readonly warmUntil: number | null;
}

/** Starts a release's instances beside those that serve. */
export const startInstances: Operation<StartInstancesInput, ReleaseWorld> = {
  kind: "start-instances",
  async run(input, { world, signal }) {
    await world.host(input.host).startInstances(input, signal);
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    const ours = instances.filter(
      ({ id, retireAt }) =>
        id.release === input.release && input.types.includes(id.type) && retireAt === undefined,
    );
    return ours.length === input.count;
  },
  async undo(input, { world, signal }) {
    const host = world.host(input.host);
    if (input.warmUntil === null) await host.stopInstances(input, signal);
    else await host.retireInstances(input, input.warmUntil, signal);
  },
  deadlineMs: () => 60_000,
};
