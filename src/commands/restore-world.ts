import { randomBytes } from "node:crypto";
import type { Restorer } from "../recovery/restorer.ts";
import type { ScratchParts } from "../rehearsal/scratch.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { rehearsalVariables } from "./rehearse-world.ts";

/** Restores of an environment on this machine; what they need is loaded when one is carried out. */
export function restorerOf(context: CommandContext, opened: OpenEnvironment): Restorer {
  let loading: Promise<Restorer> | undefined;
  const loaded = async (): Promise<Restorer> => {
    loading ??= import("../recovery/restorer.ts").then(({ thisMachineRestorer }) =>
      thisMachineRestorer({
        ...scratchPartsOf(context, opened),
        backups: async () => backupsOf(context, opened),
        variables: () => rehearsalVariables(context, opened),
      }),
    );
    return loading;
  };
  return {
    layAside: async (...args) => (await loaded()).layAside(...args),
    isLaid: async (...args) => (await loaded()).isLaid(...args),
    discard: async (...args) => (await loaded()).discard(...args),
    loss: async (...args) => (await loaded()).loss(...args),
    variables: async (...args) => (await loaded()).variables(...args),
    tryOn: async (...args) => (await loaded()).tryOn(...args),
    backUp: async (...args) => (await loaded()).backUp(...args),
    endRuns: async (...args) => (await loaded()).endRuns(...args),
    putInPlace: async (...args) => (await loaded()).putInPlace(...args),
    isInPlace: async (...args) => (await loaded()).isInPlace(...args),
    takeOut: async (...args) => (await loaded()).takeOut(...args),
    note: async (...args) => (await loaded()).note(...args),
    finish: async (...args) => (await loaded()).finish(...args),
  };
}

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
