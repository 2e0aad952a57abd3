import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface BackUpDatabaseInput {
  readonly host: string;
  /** The copy's name: the release that comes after it. */
  readonly name: string;
}

/** Copies the database aside before the release's migrations change it. A copy is never taken back. */
export const backUpDatabase: Operation<BackUpDatabaseInput, ReleaseWorld> = {
  kind: "back-up-database",
  async run(input, { world, signal }) {
    const backup = await world.host(input.host).backUpDatabase(input.name, signal);
    if (!backup) return "nothing to back up yet";
    return `${Math.ceil(backup.sizeBytes / 1024)} kB, ${backup.file}`;
  },
  verify: async () => true,
  deadlineMs: () => 600_000,
};
