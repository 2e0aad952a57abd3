import type { MachinePaths } from "../hosts/environment-paths.ts";
import { verifyArtifact } from "./artifact-store.ts";

export type VerifyOnce = (id: string, signal: AbortSignal) => Promise<void>;

/**
 * Hashes each artifact once, however many hosts it is laid on: each of them holds what arrives against the manifest as well. Whoever
 * comes while it is hashed waits for it.
 */
export function verifyingOnce(machine: MachinePaths, verify = verifyArtifact): VerifyOnce {
  const looks = new Map<string, Promise<boolean>>();
  return async (id, signal) => {
    for (let look = looks.get(id); look !== undefined; look = looks.get(id)) {
      if (await look) return;
      // What another one has found wrong, or was told to leave, is looked at anew: by the first who comes back.
      if (looks.get(id) === look) looks.delete(id);
    }
    const own = verify(machine, id, signal);
    looks.set(
      id,
      own.then(
        () => true,
        () => false,
      ),
    );
    await own;
  };
}
