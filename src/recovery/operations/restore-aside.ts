import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import { durationText } from "../../shared/duration.ts";
import { counted } from "../../shared/words.ts";

/** What all operations of a restore know. */
export interface RestoreInput {
  readonly host: string;
  readonly backup: string;
  readonly stamp: string;
}

/** Restores the backup into a file of its own and checks it; the database in use feels nothing of it. */
export const restoreAside: Operation<RestoreInput, ReleaseWorld> = {
  kind: "restore-aside",
  async run(input, { world, signal }) {
    const { rows, stages } = await (await world.restorer()).layAside(input, signal);
    const count = Object.values(rows).reduce((sum, table) => sum + table, 0);
    const parts = stages.map(({ name, durationMs }) => `${name} ${durationText(durationMs)}`).join(", ");
    return `${counted(count, "row")} in ${counted(Object.keys(rows).length, "table")}; ${parts}`;
  },
  verify: async (input, { world }) => (await world.restorer()).isLaid(input),
  async undo(input, { world }) {
    await (await world.restorer()).discard(input);
  },
  deadlineMs: () => 6 * 3_600_000,
  undoDeadlineMs: () => 60_000,
};
