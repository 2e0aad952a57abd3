import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { HostWorld } from "../world.ts";

export interface MigrateInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly command: readonly string[];
}

/**
 * Runs the release's own migrate command, once over the environment: the lease keeps other deployers out, and the framework's own
 * record makes a second run after a kill do nothing. Migrations stay when a deploy goes back, so there is no undo.
 */
export const migrate: Operation<MigrateInput, HostWorld> = {
  kind: "migrate",
  async run(input, { world, signal, output }) {
    const result = await world.host(input.host).runOnce(
      {
        release: input.release,
        command: input.command,
        variables: { COZY_RELEASE: input.release },
        onOutput: output,
      },
      signal,
    );
    if (result.exitCode === 0) return;
    throw new CozyError("migration-failed", {
      message: `${input.command.join(" ")} ended with ${result.signal ?? `exit code ${result.exitCode}`}.`,
      details: result.tail,
    });
  },
  verify: async () => false, // what has been applied is the framework's to know: running its command again is the check
  deadlineMs: () => 3_600_000,
};
