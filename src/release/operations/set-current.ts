import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface SetCurrentInput {
  readonly host: string;
  readonly release: string;
  readonly previous: string | null;
}

/** Names the release in force, for people, one-off commands and the next plan. */
export const setCurrent: Operation<SetCurrentInput, ReleaseWorld> = {
  kind: "set-current",
  async run(input, { world, signal }) {
    await world.host(input.host).setCurrent(input.release, signal);
  },
  async verify(input, { world, signal }) {
    return (await world.host(input.host).observe(signal)).current === input.release;
  },
  async undo(input, { world, signal }) {
    await world.host(input.host).setCurrent(input.previous ?? undefined, signal);
  },
  deadlineMs: () => 10_000,
};
