import type { App } from "../project/project.ts";
import { type Platform, type Variables, withProgramsFirst } from "./platform.ts";

export interface EnvironmentParts {
  readonly app: App;
  /** The developer's own environment. */
  readonly own: Variables;
  /** What stands in `.env`. */
  readonly dotenv: ReadonlyMap<string, string>;
  readonly port: number;
  readonly platform: Platform;
  /** Folders of the project's own programs, first on the search path. */
  readonly programs: readonly string[];
  /** The virtual environment, where there is one. */
  readonly venv: string | undefined;
  /** What `manage.py` falls back to, so that a worker has the same settings as the server. */
  readonly settingsModule: string | undefined;
  /** Whether lines are shown in colour: a program that writes into a pipe can't see that. */
  readonly colour: boolean;
}

/**
 * The environment of a developer's processes. What counts most stands last: the defaults of the declared variables, the developer's own
 * environment, `dev.variables`, `.env`, and the port. `.env` counts before the developer's own environment, so that a shell in which
 * the address of production's database was exported does not reach it. No value of an environment of the project is among them.
 */
export function developmentEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { app, own, dotenv, platform, programs } = parts;
  const given = { ...declaredDefaults(app), ...defined(own) };
  const chosen = { ...app.dev.variables, ...Object.fromEntries(dotenv) };
  const stack = app.stack === "node" ? { NODE_ENV: "development" } : pythonVariables(parts);
  const all = { ...given, ...stack, ...colourVariables(parts), ...chosen, PORT: String(parts.port) };
  return withProgramsFirst(all, programs, platform);
}

/** The port of the web process: as asked for on the command line, as `.env` says, else as the project file does. */
export function developmentPort(
  app: App,
  asked: number | undefined,
  dotenv: ReadonlyMap<string, string>,
): number {
  const written = dotenv.get("PORT") ?? "";
  return asked ?? (/^[1-9]\d{0,4}$/.test(written) ? Number(written) : app.dev.port);
}

/** Declared variables that must have a value and have none. */
export function withoutValue(app: App, env: Variables): string[] {
  return Object.entries(app.variables)
    .filter(([name, { required }]) => required && (env[name] ?? "") === "")
    .map(([name]) => name);
}

function declaredDefaults(app: App): Record<string, string> {
  return Object.fromEntries(
    Object.entries(app.variables).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

function defined(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function pythonVariables({ own, venv, settingsModule }: EnvironmentParts): Record<string, string> {
  const settings = own["DJANGO_SETTINGS_MODULE"] ?? settingsModule;
  return {
    // A log that comes in blocks of 8 KB is none.
    PYTHONUNBUFFERED: own["PYTHONUNBUFFERED"] ?? "1",
    ...(venv === undefined ? {} : { VIRTUAL_ENV: venv }),
    ...(settings === undefined ? {} : { DJANGO_SETTINGS_MODULE: settings }),
  };
}

function colourVariables({ own, colour }: EnvironmentParts): Record<string, string> {
  return colour && own["FORCE_COLOR"] === undefined ? { FORCE_COLOR: "1" } : {};
}
