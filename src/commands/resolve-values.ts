import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { environmentSecrets } from "../secrets/age/open-secrets.ts";
import type { GeneratedStore } from "../secrets/generated-values.ts";
import {
  resolveAccessPassword,
  resolveBuildVariables,
  resolveVariables,
  revealed,
  type ResolvedVariables,
} from "../secrets/resolve-variables.ts";
import type { Secret } from "../secrets/secret.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { secretsPlace } from "./secrets-open.ts";

/** The variables of a release of this environment; all that are missing are told at once. Values to be drawn are drawn and kept. */
export async function resolveReleaseVariables(
  context: CommandContext,
  opened: OpenEnvironment,
  generated: GeneratedStore,
): Promise<ResolvedVariables> {
  return resolve(context, opened, generated);
}

/** The same without a trace: nothing is drawn for a plan that may never be carried out. */
export async function checkReleaseVariables(
  context: CommandContext,
  opened: OpenEnvironment,
  generated: GeneratedStore,
): Promise<ResolvedVariables> {
  return resolve(context, opened, { read: () => generated.read(), write: () => Promise.resolve() });
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

/** The password that visitors of the environment are asked for, where it asks for one. */
export async function resolveSitePassword(
  { env, homeFolder }: Pick<CommandContext, "env" | "homeFolder">,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
): Promise<Secret | undefined> {
  return resolveAccessPassword(project, environment, {
    env,
    readFile: fileReader(project.root),
    secret: environmentSecrets(secretsPlace(project, environment.name), { env, homeFolder }),
  });
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
  { env, homeFolder }: CommandContext,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
  generatedStore: GeneratedStore,
): Promise<ResolvedVariables> {
  return resolveVariables(project, environment, {
    env,
    readFile: fileReader(project.root),
    secret: environmentSecrets(secretsPlace(project, environment.name), { env, homeFolder }),
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
