import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface TakeArtifactInput {
  readonly host: string;
  readonly artifact: string;
  /** Hosts that have it: the next one is asked where it is damaged on one. */
  readonly from: readonly string[];
}

/**
 * Brings an artifact that hosts have to this machine, from which it goes to others: nothing is built again, so all have the very same.
 * Nothing to undo: an artifact that nobody serves is pruned.
 */
export const takeArtifact: Operation<TakeArtifactInput, ReleaseWorld> = {
  kind: "take-artifact",
  async run({ artifact, from }, { world, signal, progress }) {
    await world.hostArtifacts.take(artifact, from, progress, signal);
    return artifact.slice(0, 12);
  },
  verify: async ({ artifact }, { world, signal }) => world.hostArtifacts.isHere(artifact, signal),
  deadlineMs: () => 3_600_000,
};
