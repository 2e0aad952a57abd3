import type { Restorer } from "../recovery/restorer.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { resolveRehearsalVariables } from "./resolve-values.ts";
import { scratchPartsOf } from "./scratch-parts.ts";

/** Restores of an environment on this machine; what they need is loaded when one is carried out. */
export function restorerOf(context: CommandContext, opened: OpenEnvironment): () => Promise<Restorer> {
  let loading: Promise<Restorer> | undefined;
  return () => {
    loading ??= import("../recovery/restorer.ts").then(({ thisMachineRestorer }) =>
      thisMachineRestorer({
        ...scratchPartsOf(context, opened),
        backups: async () => backupsOf(context, opened),
        variables: () => resolveRehearsalVariables(context, opened),
      }),
    );
    return loading;
  };
}
