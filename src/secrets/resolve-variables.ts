import { CozyError } from "../errors/cozy-error.ts";
import { accessPasswordName } from "../project/normalise-servers.ts";
import type { DeclaredVariable, Environment, Project, ValueSource } from "../project/project.ts";
import { parseDotenv } from "./dotenv.ts";
import type { GeneratedStore } from "./generated-values.ts";
import { Secret, holdsPassword, looksSecret } from "./secret.ts";

/** Names and values as the application gets them; what must not be seen is a `Secret`. */
export type ResolvedVariables = Readonly<Record<string, string | Secret>>;

/** Where values come from that the project file only points to. */
export interface VariablePorts {
  /** The deployer's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file relative to the project's root; `undefined` where there is none. */
  readonly readFile: (file: string) => Promise<string | undefined>;
  /** From the environment's encrypted file; `undefined` where it has no such name. */
  readonly secret: (name: string) => Promise<string | undefined>;
  readonly generatedStore: GeneratedStore;
  readonly random: (bytes: number) => Uint8Array;
}

interface Missing {
  readonly name: string;
  readonly reason: string;
  /** The name that the environment's encrypted file should hold. */
  readonly secret: string | undefined;
}

/**
 * The value of every variable of an environment, before anything is done: all that are missing are told at once. The variables of the
 * database and of the media folder are not among them, because only the host knows those.
 */
export async function resolveVariables(
  project: Project,
  environment: Environment,
  ports: VariablePorts,
): Promise<ResolvedVariables> {
  const declared = project.app.variables;
  const found = await resolveAll(environment.variables, declared, ports);
  if (found.missing.length > 0)
    throw missingError(`\`${environment.name}\` of \`${project.name}\``, found.missing, environment.name);
  const defaults: Record<string, string> = {};
  for (const [name, { default: value }] of Object.entries(declared)) {
    if (value !== undefined) defaults[name] = value;
  }
  return { ...defaults, ...found.values };
}

/** The variables of the build and its secrets; the same for all environments, so nothing is drawn here. */
export async function resolveBuildVariables(
  project: Project,
  ports: Pick<VariablePorts, "env" | "readFile">,
): Promise<ResolvedVariables> {
  const allSecret = Object.fromEntries(
    Object.keys(project.app.build.secrets).map((name) => [
      name,
      { required: true, secret: true, default: undefined },
    ]),
  );
  const found = await resolveAll(project.app.build.secrets, allSecret, {
    ...ports,
    secret: () => Promise.resolve(undefined),
    generatedStore: nothingKept,
    random: () => new Uint8Array(),
  });
  if (found.missing.length > 0) throw missingError(`the build of \`${project.name}\``, found.missing);
  return { ...project.app.build.variables, ...found.values };
}

/** The password that visitors of an environment are asked for, where it asks for one. */
export async function resolveAccessPassword(
  project: Project,
  environment: Environment,
  ports: Omit<VariablePorts, "generatedStore" | "random">,
): Promise<Secret | undefined> {
  const password = environment.access?.password;
  if (password === undefined) return undefined;
  const { values, missing } = await resolveAll(
    { [accessPasswordName]: password.value },
    { [accessPasswordName]: { required: true, secret: true, default: undefined } },
    { ...ports, generatedStore: nothingKept, random: () => new Uint8Array() },
  );
  const value = values[accessPasswordName];
  if (value instanceof Secret) return value;
  throw missingError(
    `the access to \`${environment.name}\` of \`${project.name}\``,
    missing,
    environment.name,
  );
}

/** For values that are never drawn. */
const nothingKept: GeneratedStore = { read: () => Promise.resolve({}), write: () => Promise.resolve() };

/** The secrets among variables, for `redact`. */
export function secretsOf(variables: ResolvedVariables): readonly Secret[] {
  return Object.values(variables).filter((value) => value instanceof Secret);
}

/** Plain names and values, for the one file that the application's instances read. */
export function revealed(variables: ResolvedVariables): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}

async function resolveAll(
  sources: Readonly<Record<string, ValueSource>>,
  declared: Readonly<Record<string, DeclaredVariable>>,
  ports: VariablePorts,
): Promise<{ readonly values: Record<string, string | Secret>; readonly missing: readonly Missing[] }> {
  const values: Record<string, string | Secret> = {};
  const missing: Missing[] = [];
  const files = new Map<string, ReadonlyMap<string, string> | undefined>();
  for (const [name, source] of Object.entries(sources)) {
    if (source.from === "generated") continue;
    const looked = await look(source, ports, files);
    const declaration = declared[name];
    if (looked.value !== undefined && looked.value !== "") {
      const hidden = isSecret(name, source, declaration) || holdsPassword(looked.value);
      values[name] = hidden ? new Secret(looked.value) : looked.value;
    } else if (source.from === "literal") {
      values[name] = "";
    } else if (!declaration || declaration.required) {
      missing.push({
        name,
        reason: looked.value === "" ? `${looked.where} is empty` : `${looked.where} is not there`,
        secret: source.from === "secrets" ? source.name : undefined,
      });
    }
  }
  // Nothing is drawn for a deploy that will not begin.
  if (missing.length === 0) Object.assign(values, await generatedValues(sources, ports));
  return { values, missing };
}

async function look(
  source: Exclude<ValueSource, { from: "generated" }>,
  ports: VariablePorts,
  files: Map<string, ReadonlyMap<string, string> | undefined>,
): Promise<{ readonly value: string | undefined; readonly where: string }> {
  if (source.from === "literal") return { value: source.value, where: "the project file" };
  if (source.from === "environment") {
    const where = `${source.name} in the environment that cozy was started with`;
    return { value: ports.env[source.name], where };
  }
  if (source.from === "secrets") {
    return { value: await ports.secret(source.name), where: `${source.name} in the environment's secrets` };
  }
  if (!files.has(source.file)) {
    const text = await ports.readFile(source.file);
    files.set(source.file, text === undefined ? undefined : parseDotenv(text));
  }
  const file = files.get(source.file);
  if (!file) return { value: undefined, where: `the file ${source.file}` };
  return { value: file.get(source.name), where: `${source.name} in ${source.file}` };
}

async function generatedValues(
  sources: Readonly<Record<string, ValueSource>>,
  ports: VariablePorts,
): Promise<Record<string, Secret>> {
  const wanted = Object.entries(sources).flatMap(([name, source]) =>
    source.from === "generated" ? [{ name, bytes: source.bytes }] : [],
  );
  if (wanted.length === 0) return {};
  const kept = await ports.generatedStore.read();
  const fresh = wanted
    .filter(({ name }) => !Object.hasOwn(kept, name))
    .map(({ name, bytes }) => [name, Buffer.from(ports.random(bytes)).toString("base64url")] as const);
  const all = { ...kept, ...Object.fromEntries(fresh) };
  if (fresh.length > 0) await ports.generatedStore.write(all);
  return Object.fromEntries(wanted.map(({ name }) => [name, new Secret(all[name] ?? "")]));
}

/** A declaration decides; without one, everything that the project file does not show, and names that secrets have. */
function isSecret(name: string, source: ValueSource, declared: DeclaredVariable | undefined): boolean {
  if (source.from === "literal") return declared?.secret ?? looksSecret(name);
  if (source.from === "secrets") return true;
  return declared?.secret === true || declared === undefined || looksSecret(name);
}

function setSecrets(environment: string, names: readonly string[]): string {
  const commands = names.map((name) => `cozy secrets set ${environment} ${name}`);
  return `Give each its value there, in the encrypted file with ${commands.join(" and ")}; commit that file, then run the same command again.`;
}

function missingError(of: string, missing: readonly Missing[], environment?: string): CozyError {
  const secrets = missing.flatMap(({ secret }) => secret ?? []);
  const many = missing.length === 1 ? "A variable has" : `${String(missing.length)} variables have`;
  return new CozyError("variables-missing", {
    message: `${many} no value for ${of}.`,
    details: missing.map(({ name, reason }) => `${name}: ${reason}`),
    state: "Nothing was changed.",
    next:
      environment === undefined || secrets.length === 0
        ? "Give them there, then run the same command again."
        : setSecrets(environment, secrets),
  });
}
