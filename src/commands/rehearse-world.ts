import type { DatabaseBackups } from "../recovery/backup.ts";
import type { Rehearser } from "../rehearsal/rehearser.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { resolveRehearsalVariables } from "./resolve-values.ts";
import { scratchPartsOf } from "./scratch-parts.ts";

/** Rehearsals of an environment on this machine; what they need is loaded when one is held. */
export function rehearserOf(
  context: CommandContext,
  opened: OpenEnvironment,
  backups: () => Promise<DatabaseBackups>,
): Rehearser {
  return {
    async rehearse(request, progress, signal) {
      const { thisMachineRehearser } = await import("../rehearsal/rehearser.ts");
      const rehearser = thisMachineRehearser({
        ...scratchPartsOf(context, opened),
        backups,
        variables: () => resolveRehearsalVariables(context, opened),
      });
      return rehearser.rehearse(request, progress, signal);
    },
  };
}
