import type { Host, HostState } from "../hosts/host.ts";
import { wholeRelease } from "./whole-release.ts";
import type { Builder, HostArtifacts } from "./world.ts";

/** The artifact that a release was laid from, on some of its hosts or on all. */
export interface LaidArtifact {
  readonly artifact: string;
  /** The hosts that have it; at least one. */
  readonly on: readonly string[];
  /** Whether every host that is to have it does, so that nothing has to be built. */
  readonly everywhere: boolean;
}

/** What hosts have of a release; `undefined` where none has it yet. Pure. */
export function laidArtifact(
  release: string,
  wanted: readonly string[],
  fleet: readonly HostState[],
): LaidArtifact | undefined {
  const laid = fleet.flatMap((host) => {
    const found = wholeRelease(host, release);
    return found === undefined ? [] : [{ on: host.host, artifact: found.artifact }];
  });
  const [first] = laid;
  if (first === undefined) return undefined;
  const { artifact } = first;
  const on = laid.filter((one) => one.artifact === artifact).map((one) => one.on);
  return { artifact, on, everywhere: wanted.every((host) => on.includes(host)) };
}

/**
 * A builder that gives the artifact that hosts were given already and no other, and takes it from one of them where this machine has it
 * not: two machines can build one commit differently, and all hosts of a release have the same.
 */
export function heldBuilder(builder: Builder, laid: LaidArtifact, artifacts: HostArtifacts): Builder {
  const { artifact, on, everywhere } = laid;
  return {
    ...builder,
    find: async (_key, signal) =>
      everywhere || (await artifacts.isHere(artifact, signal)) ? artifact : undefined,
    async build(_request, { step }, signal) {
      await artifacts.take(artifact, on, step, signal);
      return artifact;
    },
  };
}

/**
 * A host that may have been cut off while the release was laid there: it is laid again, for which this machine needs the artifact even
 * where all hosts have it.
 */
export function givenHeld(host: Host, { artifact, on }: LaidArtifact, artifacts: HostArtifacts): Host {
  return {
    ...host,
    async placeRelease(placement, signal) {
      if (placement.release.artifact === artifact) await artifacts.take(artifact, on, () => {}, signal);
      await host.placeRelease(placement, signal);
    },
  };
}
