import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { App, Project } from "../project/project.ts";
import { parseDotenv } from "../secrets/dotenv.ts";
import { developmentEnvironment, developmentPort } from "./environment.ts";
import { type Platform, type Variables, venvPrograms, venvPython } from "./platform.ts";

/** The working tree that an application is developed in, and the environment that its processes get there. */
export interface Workplace {
  readonly app: App;
  /** The application's folder, absolute. */
  readonly folder: string;
  readonly root: string;
  readonly configPath: string;
  readonly platform: Platform;
  readonly dotenv: "there" | "example-only" | "none";
  readonly venv: string | undefined;
  readonly settingsModule: string | undefined;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface WorkplaceOptions {
  readonly own: Variables;
  readonly platform: Platform;
  readonly port?: number | undefined;
  readonly colour: boolean;
}

/** Reads what stands in the working tree; runs nothing. */
export async function openWorkplace(project: Project, options: WorkplaceOptions): Promise<Workplace> {
  const { app, root, configPath } = project;
  const { own, platform, colour } = options;
  const folder = join(root, app.folder);
  const isDjango = app.stack === "django";
  const [text, hasExample, venv, settingsModule] = await Promise.all([
    readFile(join(folder, ".env"), "utf8").catch(() => undefined),
    isThere(join(folder, ".env.example")),
    isDjango ? findVenv(folder, root, own, platform) : undefined,
    isDjango ? settingsIn(join(folder, "manage.py")) : undefined,
  ]);
  const dotenv = parseDotenv(text ?? "");
  const port = developmentPort(app, options.port, dotenv);
  const bins = [...new Set([folder, root])].map((one) => join(one, "node_modules", ".bin"));
  const programs = [...(venv === undefined ? [] : [venvPrograms(venv, platform)]), ...bins];
  return {
    app,
    folder,
    root,
    configPath,
    platform,
    dotenv: text !== undefined ? "there" : hasExample ? "example-only" : "none",
    venv,
    settingsModule,
    port,
    env: developmentEnvironment({ app, own, dotenv, port, platform, programs, venv, settingsModule, colour }),
  };
}

/** `.venv` or `venv` of the application or of the project; else the one that the developer's shell has activated. */
async function findVenv(
  folder: string,
  root: string,
  own: Variables,
  platform: Platform,
): Promise<string | undefined> {
  const candidates = [...new Set([folder, root])].flatMap((one) => [join(one, ".venv"), join(one, "venv")]);
  const activated = own["VIRTUAL_ENV"] ?? "";
  for (const venv of [...candidates, ...(activated === "" ? [] : [activated])]) {
    if (await isThere(venvPython(venv, platform))) return venv;
  }
  return undefined;
}

/**
 * The settings module that `manage.py` falls back to, where it says so as every `manage.py` does. It is only read, because running it
 * would cost half a second before anything has started; where it says it in another way, each process finds its own.
 */
async function settingsIn(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /\bsetdefault\(\s*["']DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)["']/.exec(text)?.[1];
}

export async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
