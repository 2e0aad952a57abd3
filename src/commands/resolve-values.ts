import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { generatedStoreAt } from "../secrets/generated-values.ts";
import {
  resolveBuildVariables,
  resolveVariables,
  revealed,
  type ResolvedVariables,
} from "../secrets/resolve-variables.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The variables of a release of this environment; all that are missing are told at once. Values to be drawn are drawn and kept. */
export async function resolveReleaseVariables(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<ResolvedVariables> {
  return resolve(context, opened, generatedStoreAt(opened.paths.generated));
}

/** The same check without a trace: nothing is drawn for a plan that may never be carried out. */
export async function checkReleaseVariables(context: CommandContext, opened: OpenEnvironment): Promise<void> {
  const kept = generatedStoreAt(opened.paths.generated);
  await resolve(context, opened, { read: () => kept.read(), write: () => Promise.resolve() });
}

/** What differs in a rehearsal from the environment's own variables. Nothing that is drawn here is kept. */
export async function resolveRehearsalVariables(
  context: CommandContext,
  { project, environment }: OpenEnvironment,
): Promise<ResolvedVariables> {
  const declared = Object.entries(project.app.variables).map(([name, variable]) => [
    name,
    { ...variable, default: undefined },
  ]);
  const app = { ...project.app, variables: Object.fromEntries(declared) };
  const variables = environment.rehearsal?.variables ?? {};
  return resolve(
    context,
    { project: { ...project, app }, environment: { ...environment, variables } },
    { read: () => Promise.resolve({}), write: () => Promise.resolve() },
  );
}

/** The values of `build.secrets`, by name. */
export async function resolveBuildSecrets(
  { env }: CommandContext,
  { project }: OpenEnvironment,
): Promise<Readonly<Record<string, string>>> {
  const all = await resolveBuildVariables(project, { env, readFile: fileReader(project.root) });
  return revealed(
    Object.fromEntries(Object.keys(project.app.build.secrets).map((name) => [name, all[name] ?? ""])),
  );
}

function resolve(
  { env }: CommandContext,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
  generatedStore: ReturnType<typeof generatedStoreAt>,
): Promise<ResolvedVariables> {
  return resolveVariables(project, environment, {
    env,
    readFile: fileReader(project.root),
    generatedStore,
    random: (sizeBytes) => randomBytes(sizeBytes),
  });
}

function fileReader(root: string): (file: string) => Promise<string | undefined> {
  return async (file) => {
    try {
      return await readFile(join(root, file), "utf8");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    }
  };
}
