import { randomBytes } from "node:crypto";
import type { DrillParts } from "../recovery/hold-drill.ts";
import type { ScratchGiven } from "../rehearsal/scratch-given.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { resolveRehearsalVariables } from "./resolve-values.ts";

/** What rehearsals, drills and restores on this machine are held with. */
export async function recoveryHere(context: CommandContext, opened: OpenEnvironment): Promise<DrillParts> {
  const { thisScratchMachine } = await import("../rehearsal/this-scratch-machine.ts");
  const { environment, machine, paths, journals } = opened;
  const { now, env, homeFolder, version } = context;
  return {
    environment,
    machine,
    paths,
    journals,
    backups: () => backupsOf(context, opened),
    runs: thisScratchMachine({ environment, machine, now, env, homeFolder, version }),
    random: (sizeBytes) => randomBytes(sizeBytes),
    homeFolder,
    now,
  };
}

/** What only the deployer knows of a scratch environment, wherever that is. */
export async function scratchGiven(context: CommandContext, opened: OpenEnvironment): Promise<ScratchGiven> {
  return {
    persist: opened.project.app.persist,
    variables: await resolveRehearsalVariables(context, opened),
  };
}
