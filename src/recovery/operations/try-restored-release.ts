import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import { durationText } from "../../shared/duration.ts";
import { trialFault } from "../try-restored.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface TryRestoredReleaseInput extends RestoreInput {
  readonly release: string;
  readonly environment: string;
  /** Whether the release's migrate command was run on it, or could be. */
  readonly migrate: "ran" | "could" | "none";
}

/**
 * Starts the release on a copy of the restored database before anything is stopped: a backup may be of a schema that the release does not
 * run on, and nobody here guesses what is to be done about it.
 */
export const tryRestoredRelease: Operation<TryRestoredReleaseInput, ReleaseWorld> = {
  kind: "try-restored-release",
  async run(input, { world, signal }) {
    const trial = await (await world.restorer()).tryOn(input, input.release, signal);
    const fault = trialFault(trial);
    if (fault === undefined) {
      const tookMs = trial.stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
      const count = trial.answers.length;
      const checks = count === 0 ? "" : `, ${count} ${count === 1 ? "check" : "checks"} passed`;
      return `ready${checks}; ${durationText(tookMs)}`;
    }
    throw new CozyError("restored-data-unfit", {
      message: `Release ${input.release} does not run on backup ${input.backup}: ${fault.text}.`,
      details: fault.details,
      next: wayOut(input),
    });
  },
  verify: async (input, { world }) => (await world.restorer()).isInPlace(input),
  deadlineMs: () => 6 * 3_600_000,
};

function wayOut({ environment, backup, migrate }: TryRestoredReleaseInput): string {
  const again = `cozy restore ${environment} ${backup}`;
  const older = `${again} --release <id>, to put the release of that time into force with it (cozy releases ${environment})`;
  return migrate === "could"
    ? `${again} --migrate, to run the release's migrations on it first; or ${older}`
    : older;
}
