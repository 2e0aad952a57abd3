import { isFields } from "../../artifacts/kept-file.ts";
import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { inputsOf } from "../inputs-of.ts";
import type { Plan } from "../plan.ts";
import { wholeRelease } from "../whole-release.ts";
import type { ReleaseDraft, ReleaseWorld } from "../world.ts";

export interface PlaceReleaseInput {
  readonly host: string;
  /** What the artifact was built from. */
  readonly artifactKey: string;
  /** The artifact itself, where the release is laid on other hosts already. */
  readonly artifact?: string;
  readonly release: ReleaseDraft;
}

/** Lays the release's folder on the host, with its variables in a file that only its user reads. */
export const placeRelease: Operation<PlaceReleaseInput, ReleaseWorld> = {
  kind: "place-release",
  async run(input, { world, signal }) {
    const artifact = input.artifact ?? (await world.builder.find(input.artifactKey, signal));
    if (!artifact) {
      throw new CozyError("artifact-missing", {
        message: `The artifact of ${input.release.id} was built, and is not in the store any more.`,
        next: `cozy abort ${input.release.environment}, then cozy deploy ${input.release.environment}`,
      });
    }
    const variables = await world.variables();
    await world
      .host(input.host)
      .placeRelease({ release: { ...input.release, artifact }, variables, persist: world.persist }, signal);
  },
  async verify(input, { world, signal }) {
    return wholeRelease(await world.host(input.host).observe(signal), input.release.id) !== undefined;
  },
  async undo(input, { world, signal }) {
    await world.host(input.host).removeReleases([input.release.id], signal);
  },
  // The first release brings its packages and its runtime along, over whatever line there is. Each part of an upload has a deadline of its
  // own, and a line that is lost is noticed sooner.
  deadlineMs: () => 3 * 3_600_000,
};

/** The release that a plan is about, where the plan lays it: hosts may not have it yet. */
export function releaseIn(plan: Plan): ReleaseDraft | undefined {
  return inputsOf(plan, placeRelease.kind)
    .map(({ release }) => release)
    .filter(isDraft)
    .find(({ id }) => id === plan.release);
}

function isDraft(value: unknown): value is ReleaseDraft {
  return isFields(value) && value["format"] === 1 && isFields(value["processes"]);
}
