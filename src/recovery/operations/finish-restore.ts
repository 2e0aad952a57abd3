import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { RestoreInput } from "./restore-aside.ts";

/** Keeps what was done with the environment's evidence, and removes what earlier restores had set aside. */
export const finishRestore: Operation<RestoreInput, ReleaseWorld> = {
  kind: "finish-restore",
  async run(input, { world, now, note }) {
    const before = await (await world.restorer()).finish(input);
    await (await world.restorer()).note(input, { doneAt: now() });
    note(`The database that was in use before is kept in ${before}.`);
  },
  verify: async () => false,
  deadlineMs: () => 60_000,
};
