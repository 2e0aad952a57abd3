import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";
import { stopSurplus } from "./stop-surplus.ts";

export interface StartInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly types: readonly string[];
  /** How many that is, over the types. */
  readonly count: number;
  /** The release's instances were warm before, until this time: an undo leaves them as they were. */
  readonly warmUntil: number | null;
  /** How many of each type ran before: an undo leaves these. Absent in plans of an earlier cozy, where none did. */
  readonly keeps?: Readonly<Record<string, number>>;
}

/** Starts a release's instances beside those that serve. */
export const startInstances: Operation<StartInstancesInput, HostWorld> = {
  kind: "start-instances",
  async run({ host, release, types }, { world, signal }) {
    await world.host(host).startInstances({ release, types }, signal);
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    const ours = instances.filter(
      ({ id, retireAt }) =>
        id.release === input.release && input.types.includes(id.type) && retireAt === undefined,
    );
    return ours.length >= input.count;
  },
  async undo({ host, release, types, warmUntil, keeps }, context) {
    const select = { release, types };
    const on = context.world.host(host);
    if (warmUntil !== null) return on.retireInstances(select, warmUntil, context.signal);
    await stopSurplus(on, select, keeps ?? {}, context);
  },
  deadlineMs: () => 60_000,
};
