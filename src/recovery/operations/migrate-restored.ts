import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface MigrateRestoredInput extends RestoreInput {
  readonly release: string;
  readonly command: readonly string[];
}

/** Brings a backup of an older schema up to the release, while it still lies aside. It goes with the file. */
export const migrateRestored: Operation<MigrateRestoredInput, ReleaseWorld> = {
  kind: "migrate-restored",
  async run(input, { world, signal, output }) {
    const { host, release, command } = input;
    const variables = { COZY_RELEASE: release, ...(await (await world.restorer()).variables(input)) };
    const once = { release, command, variables, onOutput: output };
    const result = await world.host(host).runOnce(once, signal);
    if (result.exitCode === 0) return;
    throw new CozyError("migration-failed", {
      message: `On the restored data, ${command.join(" ")} ended with ${result.signal ?? `exit code ${result.exitCode}`}.`,
      details: result.tail,
    });
  },
  // What it was run on may have been restored anew since; where the restored database is in use, it was migrated before.
  verify: async (input, { world }) => (await world.restorer()).isInPlace(input),
  deadlineMs: () => 3_600_000,
};
