import type { Operation } from "../../engine/operation.ts";
import { messageOf } from "../../errors/cozy-error.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface BackUpBeforeRestoreInput extends RestoreInput {
  readonly release: string;
}

/**
 * A backup of the database as it is now. A database that is beyond reading is no reason not to restore: its file is kept aside as it is
 * in any case.
 */
export const backUpBeforeRestore: Operation<BackUpBeforeRestoreInput, ReleaseWorld> = {
  kind: "back-up-before-restore",
  async run({ release }, { world, signal, warn }) {
    try {
      const record = await (await world.restorer()).backUp(release, signal);
      return record === undefined ? "there is no database" : record.id;
    } catch (error) {
      signal.throwIfAborted();
      warn(`The database in use could not be backed up, and is kept aside as a file: ${messageOf(error)}`);
      return "not possible; its file is kept";
    }
  },
  verify: async (input, { world }) => (await world.restorer()).isInPlace(input),
  deadlineMs: () => 6 * 3_600_000,
};
