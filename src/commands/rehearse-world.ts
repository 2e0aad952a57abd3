import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseBackups } from "../recovery/backup.ts";
import type { Rehearser } from "../rehearsal/rehearser.ts";
import { resolveVariables, type ResolvedVariables } from "../secrets/resolve-variables.ts";
import { systemCode } from "../shared/thrown.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** Rehearsals of an environment on this machine; what they need is loaded when one is held. */
export function rehearserOf(
  context: CommandContext,
  opened: OpenEnvironment,
  backups: () => Promise<DatabaseBackups>,
): Rehearser {
  return {
    async rehearse(request, progress, signal) {
      const { thisMachineRehearser } = await import("../rehearsal/rehearser.ts");
      const { environment, machine, paths, project } = opened;
      const { now, env, homeFolder, version } = context;
      const rehearser = thisMachineRehearser({
        environment,
        machine,
        paths,
        persist: project.app.persist,
        backups,
        variables: () => rehearsalVariables(context, opened),
        random: (sizeBytes) => randomBytes(sizeBytes),
        now,
        env,
        homeFolder,
        version,
      });
      return rehearser.rehearse(request, progress, signal);
    },
  };
}

/** What differs from the environment's own variables. Nothing that is drawn here is kept. */
export async function rehearsalVariables(
  { env }: CommandContext,
  { project, environment }: OpenEnvironment,
): Promise<ResolvedVariables> {
  const declared = Object.entries(project.app.variables).map(([name, variable]) => [
    name,
    { ...variable, default: undefined },
  ]);
  const app = { ...project.app, variables: Object.fromEntries(declared) };
  const variables = environment.rehearsal?.variables ?? {};
  return resolveVariables(
    { ...project, app },
    { ...environment, variables },
    {
      env,
      readFile: (file) => readIfThere(join(project.root, file)),
      generatedStore: { read: async () => ({}), write: async () => undefined },
      random: (sizeBytes) => randomBytes(sizeBytes),
    },
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
