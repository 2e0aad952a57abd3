import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";

export interface SetCurrentInput {
  readonly host: string;
  /** None where nothing is to be in force any more. */
  readonly release: string | null;
  readonly previous: string | null;
}

/** Names the release in force, for people, one-off commands and the next plan. */
export const setCurrent: Operation<SetCurrentInput, HostWorld> = {
  kind: "set-current",
  async run(input, { world, signal }) {
    await world.host(input.host).setCurrent(input.release ?? undefined, signal);
  },
  async verify(input, { world, signal }) {
    return (await world.host(input.host).observe(signal)).current === (input.release ?? undefined);
  },
  async undo(input, { world, signal }) {
    await world.host(input.host).setCurrent(input.previous ?? undefined, signal);
  },
  deadlineMs: () => 10_000,
};
