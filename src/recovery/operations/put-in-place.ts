import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { RestoreInput } from "./restore-aside.ts";

/** One rename puts the restored database in the place of the other, which stays beside it. */
export const putRestoredInPlace: Operation<RestoreInput, ReleaseWorld> = {
  kind: "put-in-place",
  async run(input, { world, signal }) {
    await (await world.restorer()).putInPlace(input, signal);
  },
  verify: async (input, { world }) => (await world.restorer()).isInPlace(input),
  async undo(input, { world, signal, note }) {
    const kept = await (await world.restorer()).takeOut(input, signal);
    if (kept !== undefined) note(`What was written to the restored data in between is kept in ${kept}.`);
  },
  deadlineMs: () => 600_000,
};
