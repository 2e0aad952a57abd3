import { CozyError } from "../errors/cozy-error.ts";
import { thisOwner } from "../engine/process-identity.ts";
import { loadProject } from "../project/load-project.ts";
import type { Environment, Project } from "../project/project.ts";
import { secretName } from "../secrets/age/encrypted-file.ts";
import type { IdentityPlace } from "../secrets/age/identity.ts";
import type { SecretsPlace } from "../secrets/age/secrets-store.ts";
import type { CommandContext } from "./command-context.ts";
import { openEnvironment } from "./open-environment.ts";

/** An environment whose secrets are looked at, and the names that were asked for. */
export interface OpenSecretsOf {
  readonly project: Project;
  readonly environment: Environment;
  readonly place: SecretsPlace;
  readonly names: readonly string[];
}

/** Tells the environment from the names: it may be left out where there is only one. */
export async function openSecretsOf(
  context: CommandContext,
  words: readonly string[],
): Promise<OpenSecretsOf> {
  const { environments } = await projectOf(context);
  const all = Object.keys(environments);
  const [first] = words;
  const named = first !== undefined && (all.includes(first) || all.length > 1);
  const { project, environment } = await openEnvironment(context, named ? first : undefined);
  return {
    project,
    environment,
    place: secretsPlace(project, environment.name),
    names: named ? words.slice(1) : words,
  };
}

export function projectOf(context: CommandContext): Promise<Project> {
  const { cwd, configPath, env, homeFolder } = context;
  return loadProject({ from: cwd, configPath, env, homeFolder });
}

export function secretsPlace({ root, environments }: Project, environment: string): SecretsPlace {
  return { root, environment, environments: Object.keys(environments) };
}

export function identityPlace({ env, homeFolder }: CommandContext): IdentityPlace {
  return { env, homeFolder };
}

/** The one name that was asked for. */
export function onlyName(names: readonly string[], action: string): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return checkedName(name);
  throw new CozyError("wrong-usage", {
    message: `cozy secrets ${action} takes the name of one secret.`,
    next: `cozy secrets ${action} <environment> <name>`,
  });
}

export function checkedName(name: string): string {
  if (secretName.test(name)) return name;
  throw new CozyError("secret-invalid", {
    message: `"${name}" can't be the name of a secret: it is a variable's, of letters, digits and underscores.`,
    state: "Nothing was changed.",
  });
}

/** Names that an environment's file does not hold. */
export function unknownSecret(
  names: readonly string[],
  held: readonly string[],
  environment: string,
): CozyError {
  return new CozyError("secret-unknown", {
    message: `The secrets of ${environment} hold no ${names.join(", ")}.`,
    details: [held.length === 0 ? "They hold nothing yet." : `They hold: ${held.join(", ")}`],
    state: "Nothing was changed.",
    next: `cozy secrets list ${environment}`,
  });
}

/** When and by whom a value is set: a day and a name in one line. */
export async function setNow({ env, now }: CommandContext): Promise<{ setOn: string; setBy: string }> {
  const { ci, user } = await thisOwner(env);
  const setBy = (ci?.actor ?? user).replaceAll(/[^\p{L}\p{N} ._@+-]/gu, "").trim() || "unknown";
  return { setOn: new Date(now()).toISOString().slice(0, 10), setBy };
}
