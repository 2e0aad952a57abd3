import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { HookName } from "../../project/project.ts";
import type { HostWorld } from "../world.ts";

export interface RunHookInput {
  readonly host: string;
  readonly hook: HookName;
  readonly command: readonly string[];
  readonly release: string;
  readonly previous: string | null;
  /** `afterDeploy` and its like can't stop anything: their failure is a warning. */
  readonly canStop: boolean;
}

/** Runs a command of the project's own at its place in the release. It may run twice after a kill, and the docs say so. */
export const runHook: Operation<RunHookInput, HostWorld> = {
  kind: "run-hook",
  async run(input, { world, signal, output, warn }) {
    const result = await world.host(input.host).runOnce(
      {
        release: input.release,
        command: input.command,
        variables: {
          COZY_HOOK: input.hook,
          COZY_RELEASE: input.release,
          ...(input.previous === null ? {} : { COZY_PREVIOUS_RELEASE: input.previous }),
        },
        onOutput: output,
      },
      signal,
    );
    if (result.exitCode === 0) return;
    const how = result.signal ? `was ended by ${result.signal}` : `ended with exit code ${result.exitCode}`;
    const message = `The hook ${input.hook} (${input.command.join(" ")}) ${how}.`;
    if (!input.canStop) return warn(message);
    throw new CozyError("hook-failed", { message, details: result.tail });
  },
  verify: async () => true,
  deadlineMs: () => 600_000,
};
