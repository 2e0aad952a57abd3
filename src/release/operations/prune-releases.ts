import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface PruneReleasesInput {
  readonly host: string;
  readonly releases: readonly string[];
  /** Whether what only they needed is removed where artifacts are built: once over a fleet. Done where absent. */
  readonly artifacts?: boolean;
}

/** Removes releases that no rollback needs any more, then what only they needed. */
export const pruneReleases: Operation<PruneReleasesInput, ReleaseWorld> = {
  kind: "prune-releases",
  async run(input, { world, signal }) {
    for (const release of input.releases) await world.host(input.host).stopInstances({ release }, signal);
    await world.host(input.host).removeReleases(input.releases, signal);
    if (input.artifacts === false) return undefined;
    const artifacts = await world.builder.prune(signal);
    return artifacts === 0 ? undefined : `${artifacts} unused artifacts removed`;
  },
  async verify(input, { world, signal }) {
    const { releases } = await world.host(input.host).observe(signal);
    return !releases.some(({ id }) => input.releases.includes(id));
  },
  deadlineMs: () => 300_000,
};
