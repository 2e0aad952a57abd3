import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import type { Builder } from "./world.ts";

/** The artifact that a release was laid from, on some of its hosts or on all. */
export interface LaidArtifact {
  readonly release: string;
  readonly artifact: string;
  /** A host that has it. */
  readonly on: string;
  /** Whether every host that is to have it does, so that nothing has to be built. */
  readonly everywhere: boolean;
}

/** What hosts have of a release; `undefined` where none has it yet. Pure. */
export function laidArtifact(
  release: string,
  wanted: readonly string[],
  fleet: readonly HostState[],
): LaidArtifact | undefined {
  const laid = fleet.flatMap(({ host, releases }) => {
    const found = releases.find(({ id, damaged }) => id === release && damaged === undefined);
    return found === undefined ? [] : [{ on: host, artifact: found.artifact }];
  });
  const [first] = laid;
  if (first === undefined) return undefined;
  const same = new Set(laid.filter(({ artifact }) => artifact === first.artifact).map(({ on }) => on));
  return { release, ...first, everywhere: wanted.every((host) => same.has(host)) };
}

/**
 * A builder that gives the artifact that hosts were given already and no other: two machines can build one commit differently, and all
 * hosts of a release have the same.
 */
export function heldBuilder(builder: Builder, laid: LaidArtifact): Builder {
  const held = (artifact: string): string => {
    if (artifact === laid.artifact) return artifact;
    throw otherArtifact(artifact, laid);
  };
  return {
    ...builder,
    async find(key, signal) {
      if (laid.everywhere) return laid.artifact;
      const found = await builder.find(key, signal);
      return found === undefined ? undefined : held(found);
    },
    build: async (request, progress, signal) => held(await builder.build(request, progress, signal)),
  };
}

function otherArtifact(artifact: string, { release, artifact: laid, on }: LaidArtifact): CozyError {
  return new CozyError("artifact-differs", {
    message: `The artifact of ${release} is ${artifact.slice(0, 12)} where this machine builds it, and ${on} has ${laid.slice(0, 12)}: the same commit came out differently.`,
    state: "No host was given the other one.",
    next: `Do it from the machine that built ${laid.slice(0, 12)}; its name is in the history.`,
  });
}
