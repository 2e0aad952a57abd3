import { randomBytes } from "node:crypto";
import type { ScratchParts } from "../rehearsal/scratch.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** What a scratch environment is opened with, whatever it is for. */
export function scratchPartsOf(
  { now, env, homeFolder, version }: CommandContext,
  { environment, machine, paths, project }: OpenEnvironment,
): Omit<ScratchParts, "name" | "variables"> {
  return {
    environment,
    machine,
    paths,
    persist: project.app.persist,
    random: (sizeBytes) => randomBytes(sizeBytes),
    now,
    env,
    homeFolder,
    version,
  };
}
