import type { Operation } from "../../engine/operation.ts";
import { inputsOf } from "../inputs-of.ts";
import type { Plan } from "../plan.ts";
import type { ReleaseWorld } from "../world.ts";

export interface BuildArtifactInput {
  readonly host: string;
  readonly key: string;
  readonly commit: string;
  readonly timeoutMs: number;
}

/** Builds the artifact once; one that is there already is taken as it is. Nothing to undo: an artifact that nobody serves is pruned. */
export const buildArtifact: Operation<BuildArtifactInput, ReleaseWorld> = {
  kind: "build-artifact",
  async run(input, { world, signal, progress, output }) {
    const known = await world.builder.find(input.key, signal);
    if (known) return `${known.slice(0, 12)}, built before`;
    const artifact = await world.builder.build(input, { step: progress, output }, signal);
    return artifact.slice(0, 12);
  },
  async verify(input, { world, signal }) {
    return (await world.builder.find(input.key, signal)) !== undefined;
  },
  deadlineMs: (input) => input.timeoutMs,
};

/** What the artifact of a plan is built from; `undefined` where it builds none. */
export function artifactKeyIn(plan: Plan): string | undefined {
  const key = inputsOf(plan, buildArtifact.kind)[0]?.["key"];
  return typeof key === "string" ? key : undefined;
}
