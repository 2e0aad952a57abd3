import { artifactIsHere } from "../artifacts/artifact-store.ts";
import { verifyingOnce } from "../artifacts/verify-once.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { lostHostCodes } from "../hosts/agent/lost-host.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import type { HostArtifacts } from "../release/world.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** Artifacts that the hosts of an environment have, and that this machine may lack. */
export function hostArtifacts(
  machine: MachinePaths,
  { takeArtifact }: Pick<OpenFleet, "takeArtifact">,
): HostArtifacts {
  const verify = verifyingOnce(machine);
  const isHere = async (artifact: string, signal: AbortSignal): Promise<boolean> => {
    if (!(await artifactIsHere(machine, artifact))) return false;
    await verify(artifact, signal);
    return true;
  };
  return {
    isHere,
    async take(artifact, from, step, signal) {
      if (await isHere(artifact, signal)) return;
      let fault: CozyError | undefined;
      for (const host of from) {
        step(`fetching it from ${host}`);
        try {
          await takeArtifact?.(host, artifact, signal);
          if (await isHere(artifact, signal)) return;
        } catch (error) {
          if (!(error instanceof CozyError) || !isOfThatHostAlone.has(error.code)) throw error;
          fault ??= error;
        }
      }
      throw fault ?? nowhere(artifact);
    },
  };
}

/** It may be whole on the next one. */
const isOfThatHostAlone: ReadonlySet<string> = new Set([
  "artifact-damaged",
  "artifact-missing",
  ...lostHostCodes,
]);

function nowhere(artifact: string): CozyError {
  return new CozyError("artifact-missing", {
    message: `The artifact ${artifact.slice(0, 12)} is neither on this machine nor on a host that can be reached.`,
    state: "Nothing was changed.",
    next: "Deploy again: the artifact is built anew from its commit.",
  });
}
