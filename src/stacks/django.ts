import { join } from "node:path";
import type { DjangoFacts } from "../artifacts/manifest.ts";
import { serviceNames, serviceVariables, type App } from "../project/project.ts";
import { buildEnvironmentOf, type BuildEnvironmentParts } from "./build-environment.ts";
import { pathOf } from "./search-path.ts";

/** Where the programs of a Django application are: its packages' own before its Python's. */
export function djangoPath(treeFolder: string, runtimeBin: string, os: string, rest?: string): string {
  return pathOf([join(treeFolder, "bin"), runtimeBin], os, rest);
}

/** What every process of a release has: what it logs is seen at once, and nothing is written beside the code. */
export const pythonVariables = { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1" };

export interface DjangoEnvironmentParts extends BuildEnvironmentParts {
  readonly treeFolder: string;
}

/** The whole environment of a build command of a Django application. */
export function djangoEnvironment(parts: DjangoEnvironmentParts): Record<string, string> {
  const { treeFolder, runtimeBin, os, variables } = parts;
  // The order of sets decides how code is compiled, and what programs write.
  const own = { ...pythonVariables, PYTHONHASHSEED: "0", VIRTUAL_ENV: treeFolder };
  return buildEnvironmentOf(parts, own, djangoPath(treeFolder, runtimeBin, os, variables["PATH"]));
}

/** Long and varied enough for what Django and others demand of a key. */
const secretStandIn = "stand-in-at-build-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Places of no environment, for as long as Django is asked. */
export interface StandInPlaces {
  /** The address of a database, as a release has it: nothing is in it. */
  readonly database: string;
  readonly media: string;
}

/** Names of variables that tell the addresses of environments, whatever they are called. */
export interface AddressNames {
  readonly database: readonly string[];
  readonly media: readonly string[];
}

/**
 * What Django finds in its environment while it is asked at build, where no environment's values are: defaults as declared, a fixed
 * text for required secrets, and addresses that lead nowhere. They must not reach what is built. Pure.
 */
export function standInVariables(
  app: Pick<App, "variables" | "static" | "django">,
  places: StandInPlaces,
  names: AddressNames = { database: [], media: [] },
): Record<string, string> {
  const known: Record<string, string> = app.static === undefined ? {} : { STATIC_URL: app.static.url };
  for (const name of ["DATABASE_URL", ...names.database]) known[name] = places.database;
  for (const name of ["MEDIA_URL", ...names.media]) known[name] = places.media;
  for (const name of serviceNames) known[serviceVariables[name]] = "memory:";
  const declared = Object.entries(app.variables).flatMap(([name, { default: value, secret, required }]) => {
    const standIn = value ?? known[name] ?? (secret && required ? secretStandIn : undefined);
    return standIn === undefined ? [] : [[name, standIn]];
  });
  const settings = app.django?.settings;
  return {
    ...known,
    ...Object.fromEntries(declared),
    ...(settings === undefined ? {} : { DJANGO_SETTINGS_MODULE: settings }),
  };
}

/** Words of a command that stand for what only Django knows. */
export type Placeholder = "wsgi" | "asgi" | "settings";

/** The placeholders that commands use. Pure. */
export function placeholdersIn(commands: readonly (readonly string[])[]): Set<Placeholder> {
  const all: readonly Placeholder[] = ["wsgi", "asgi", "settings"];
  return new Set(
    all.filter((name) => commands.some((words) => words.some((word) => word.includes(`{${name}}`)))),
  );
}

/** The commands of an application that a release runs. */
export function commandsOf(
  app: Pick<App, "processes" | "schedules" | "console" | "hooks" | "migrate">,
): (readonly string[])[] {
  return [
    ...Object.values(app.processes).map(({ command }) => command),
    ...Object.values(app.schedules).map(({ run }) => run),
    ...Object.values(app.hooks),
    app.console,
    ...(app.migrate === undefined ? [] : [app.migrate]),
  ];
}

/** The words with Django's answers put in; a placeholder without an answer stays. Pure. */
export function filledIn(words: readonly string[], facts: Pick<DjangoFacts, Placeholder>): string[] {
  return words.map((word) =>
    word.replace(/\{(wsgi|asgi|settings)\}/g, (whole, name: Placeholder) => facts[name] ?? whole),
  );
}
