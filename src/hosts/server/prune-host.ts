import { pruneArtifacts } from "../../artifacts/prune.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { MachinePaths } from "../environment-paths.ts";
import { neededArtifacts } from "../release-folder.ts";

/** Removes, once they were not used for so long, artifacts, trees and runtimes that no release of any environment on this server needs. */
export async function pruneHost(machine: MachinePaths, now: number, unusedForMs?: number): Promise<void> {
  try {
    await pruneArtifacts(machine, { keep: await neededArtifacts(machine), now, unusedForMs });
  } catch (error) {
    // What a release that can't be read needs is not known, so nothing is removed; `cozy status` tells of that release.
    if (!(error instanceof CozyError)) throw error;
  }
}
