import { nearest } from "../shared/nearest.ts";
import type { Draft } from "./draft.ts";
import { type Fault, type Path, fault } from "./faults.ts";
import type { DeclaredVariable } from "./input.ts";
import { serviceNames, serviceVariables } from "./project.ts";

type DraftDeclaration = string | Partial<DeclaredVariable> | undefined;
type DraftEnvironment = NonNullable<Draft["environments"]>[string];

/** Variables: what is declared is given, what is given is declared, and nothing is set twice or at the wrong time. */
export function variableFaults(draft: Draft): Fault[] {
  const environments = Object.entries(draft.environments ?? {});
  return [
    ...environments.flatMap(([name, environment]) => [
      ...declaredAreGiven(draft, name, environment),
      ...givenAreDeclared(draft, name, environment),
      ...secretsAreNotWritten(draft, name, environment),
      ...databaseAndMediaAreNotGiven(name, environment),
    ]),
    ...cozysOwnAreLeftAlone(draft),
    ...secretsHaveNoDefault(draft),
    ...buildVariablesAreOfTheBuild(draft),
  ];
}

/** The variables that the database, the media folder, cache, sessions and queue bring. */
function brought(environment: DraftEnvironment): { readonly name: string; readonly by: string }[] {
  const { database, media } = environment ?? {};
  return [
    ...(database ? [{ name: database.variable ?? "DATABASE_URL", by: "database" }] : []),
    ...(media ? [{ name: media.variable ?? "MEDIA_URL", by: "media" }] : []),
    ...serviceNames
      .filter((service) => environment?.[service] !== undefined)
      .map((service) => ({ name: serviceVariables[service], by: service })),
  ];
}

function declaredAreGiven(draft: Draft, name: string, environment: DraftEnvironment): Fault[] {
  const given = new Set([
    ...Object.keys(environment?.variables ?? {}),
    ...brought(environment).map((one) => one.name),
    ...(servesStatic(draft) ? ["STATIC_URL"] : []),
    "NODE_ENV",
  ]);
  return Object.entries(declarations(draft))
    .filter(([variable, declaration]) => isRequired(declaration) && !given.has(variable))
    .map(([variable, declaration]) => {
      const from = isSecret(declaration)
        ? "`fromSecrets()`, `fromEnvironment()`, `dotenv(…)` or `generated()`"
        : "a string, `fromEnvironment()` or `dotenv(…)`";
      return fault(
        ["environments", name, "variables", variable],
        `is missing: the application declares it as required; give it as ${from}`,
      );
    });
}

/** Django's own are collected unless the file says otherwise. */
function servesStatic({ app }: Draft): boolean {
  return app?.kind === "django" ? app.static !== false : Boolean(app?.static);
}

function givenAreDeclared(draft: Draft, name: string, environment: DraftEnvironment): Fault[] {
  if (draft.app?.variables === undefined) return [];
  const declared = Object.keys(draft.app.variables);
  return Object.keys(environment?.variables ?? {})
    .filter((variable) => !declared.includes(variable) && !isCozys(variable))
    .map((variable) => {
      const near = nearest(variable, declared);
      const hint =
        near.length > 0 ? `did you mean \`${near[0]}\`?` : "declare it in `app.variables`, or remove it";
      return fault(
        ["environments", name, "variables", variable],
        `is not declared by the application; ${hint}`,
        "key",
      );
    });
}

function secretsAreNotWritten(draft: Draft, name: string, environment: DraftEnvironment): Fault[] {
  const declared = declarations(draft);
  return Object.entries(environment?.variables ?? {})
    .filter(([variable, value]) => typeof value === "string" && isSecret(declared[variable]))
    .map(([variable]) =>
      fault(
        ["environments", name, "variables", variable],
        "is declared secret, so its value can't stand in this file; use `fromSecrets()`, `fromEnvironment()`, `dotenv(…)` or `generated()`",
      ),
    );
}

function databaseAndMediaAreNotGiven(name: string, environment: DraftEnvironment): Fault[] {
  return brought(environment)
    .filter((one) => environment?.variables?.[one.name] !== undefined)
    .map((one) => {
      const message = `is set by \`${one.by}\` of this environment; remove one of the two`;
      return fault(["environments", name, "variables", one.name], message, "key");
    });
}

function cozysOwnAreLeftAlone(draft: Draft): Fault[] {
  const places: [Path, object | undefined][] = [
    [["app", "variables"], draft.app?.variables],
    [["app", "build", "variables"], draft.app?.build?.variables],
    [["app", "build", "secrets"], draft.app?.build?.secrets],
    ...Object.entries(draft.environments ?? {}).map(([name, environment]): [Path, object | undefined] => [
      ["environments", name, "variables"],
      environment?.variables,
    ]),
  ];
  return places.flatMap(([path, variables]) =>
    Object.keys(variables ?? {})
      .filter(isCozys)
      .map((variable) => fault([...path, variable], "is set by cozy for each instance; remove it", "key")),
  );
}

function secretsHaveNoDefault(draft: Draft): Fault[] {
  return Object.entries(declarations(draft))
    .filter(
      ([, declaration]) =>
        isSecret(declaration) && typeof declaration === "object" && declaration.default !== undefined,
    )
    .map(([variable]) =>
      fault(
        ["app", "variables", variable, "default"],
        "can't stand here: a secret has no value in this file",
      ),
    );
}

/** The artifact is promoted between environments, so what differs between them is not there when it is built. */
function buildVariablesAreOfTheBuild(draft: Draft): Fault[] {
  const why =
    "the artifact is built once for all environments, so the build can't see it; read it when the application starts";
  return (["variables", "secrets"] as const).flatMap((kind) =>
    Object.entries<unknown>(draft.app?.build?.[kind] ?? {})
      .filter(([variable, value]) => isOfTheRun(draft, variable, value))
      .map(([variable]) =>
        fault(["app", "build", kind, variable], `is a variable of the running application: ${why}`, "key"),
      ),
  );
}

function isOfTheRun(draft: Draft, variable: string, value: unknown): boolean {
  if (isSecret(declarations(draft)[variable])) return true;
  return Object.values(draft.environments ?? {}).some((environment) => {
    if (brought(environment).some((one) => one.name === variable)) return true;
    return Object.entries(environment?.variables ?? {}).some(
      ([name, given]) => name === variable && given !== value,
    );
  });
}

function declarations(draft: Draft): Readonly<Record<string, DraftDeclaration>> {
  return draft.app?.variables ?? {};
}

function isRequired(declaration: DraftDeclaration): boolean {
  if (declaration === undefined || typeof declaration === "string") return false;
  return declaration.required ?? declaration.default === undefined;
}

function isSecret(declaration: DraftDeclaration): boolean {
  return typeof declaration === "object" && declaration.secret === true;
}

function isCozys(variable: string): boolean {
  return variable === "PORT" || variable.startsWith("COZY_");
}
