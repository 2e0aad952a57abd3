import { type ExampleFile, exampleFile } from "../example-file.ts";
import { findName } from "../find-name.ts";
import { findRuntimeVersion } from "../find-runtime-files.ts";
import { type Files, type Source, readSources, sourceNames } from "../files.ts";
import type { Findings, Found, FoundVariable, Note } from "../findings.ts";
import { findData } from "./django-data.ts";
import { findCompression, findFrontEnd, findHost, findStatic } from "./django-files.ts";
import { findProcesses } from "./django-processes.ts";
import { findPages } from "./django-urls.ts";
import { djangoVariables } from "./django-variables.ts";
import { type Packages, findPackages } from "./packages.ts";
import { openPage, readyPage } from "./probe-pages.ts";
import { type Settings, findSettings } from "./settings-modules.ts";

/** Whether a folder holds a Django application that cozy can ask: its `manage.py` is there. */
export function isDjango(files: Files): boolean {
  return /django/i.test(files.read("manage.py") ?? "");
}

/** The file that names Django, in a folder without `manage.py`. */
export function usesDjango(files: Files): string | undefined {
  return ["requirements.txt", "pyproject.toml", "Pipfile", "uv.lock"].find((name) =>
    /^\s*(?:name = )?["']?django\b/im.test(files.read(name) ?? ""),
  );
}

/** Looks at a Django application by its text only; Django itself is asked when an artifact is built. */
export function findDjango(files: Files, facts: { readonly folderName: string }): Findings {
  const python = readSources(files, sourceNames.python);
  const settings = findSettings(files, python);
  const sources = settings?.sources ?? [];
  const packages = findPackages(files);
  const runtime = findRuntimeVersion(files, "python", pythonOf(packages));
  const example = exampleFile(files);
  const found = djangoVariables([...sources, ...python.filter(isReadAtStart)], python, example);
  const data = findData(sources, found.read);
  const statics = settings ? findStatic(settings) : { static: undefined, missing: [] };
  const frontEnd = findFrontEnd(files);
  const processes = findProcesses(files, python, packages);
  const page = findReady(files, settings, python);
  return {
    stack: "django",
    name: findName(projectName(files), facts.folderName),
    notes: [...runtime.notes, ...packages.notes, ...settingsNote(settings)],
    runtime: runtime.runtime,
    settings: settings && !settings.isManaged ? { value: settings.module, where: settings.where } : undefined,
    requirements: packages.requirements,
    build: frontEnd.build,
    buildVariables: {},
    afterBuild: findCompression(sources),
    processes: processes.processes,
    migrate: processes.migrate,
    static: statics.static,
    ready: page.ready,
    smoke: page.smoke,
    persist: data.persist,
    sqlite: data.sqlite,
    media: mediaShown(example),
    variables: withValues(found.variables, data).filter(({ name }) => name !== data.sqlite?.value.variable),
    missing: [
      ...(settings ? [] : ["The settings module: manage.py names none. Set `settings`."]),
      ...packages.missing,
      ...processes.missing,
      ...runtime.missing,
      ...statics.missing,
      ...frontEnd.missing,
      ...data.missing,
      ...page.missing,
      ...found.missing,
    ],
  };
}

/** An address of a folder is what `disk()` gives; a path of the site by the same name is another thing. */
function mediaShown(example: ExampleFile | undefined): Found<true> | undefined {
  const line = example?.lines.find(({ name, value }) => name === "MEDIA_URL" && value.startsWith("file:"));
  return line && { value: true, where: `MEDIA_URL in ${example?.name ?? ""}` };
}

/** What Python or the server reads before any settings. */
function isReadAtStart({ path }: { readonly path: string }): boolean {
  return /^gunicorn[\w.]*\.py$|(?:^|\/)celery\.py$/.test(path);
}

function settingsNote(settings: Settings | undefined): Note[] {
  if (!settings?.isManaged) return [];
  const text = `${settings.module}, which manage.py names`;
  return [{ comment: `The settings are ${text}.`, found: `settings: ${text}` }];
}

/** The versions of Python that each Django runs on, as its release notes give them. */
const pythons: readonly (readonly [django: string, python: string])[] = [
  ["6.", ">=3.12"],
  ["5.2", ">=3.10,<3.15"],
  ["5.1", ">=3.10,<3.14"],
  ["5.0", ">=3.10,<3.13"],
  ["4.2", ">=3.8,<3.13"],
];

function pythonOf({ versions, where }: Packages): Found<string> & { readonly missing: string } {
  const django = versions.get("django") ?? "";
  const known = pythons.find(([prefix]) => django.startsWith(prefix));
  const from = known ? `Django ${django.split(".").slice(0, 2).join(".")} in ${where}` : "a guess";
  const value = known?.[1] ?? ">=3.12";
  const missing = `It is what ${known ? from : "today's Django"} needs; write the version that you use to .python-version.`;
  return { value, where: from, missing };
}

function projectName(files: Files): Found<string> | undefined {
  const name = /^\[project\][^[]*?^name\s*=\s*["']([^"']+)["']/ms.exec(
    files.read("pyproject.toml") ?? "",
  )?.[1];
  return name === undefined ? undefined : { value: name, where: "pyproject.toml" };
}

function findReady(
  files: Files,
  settings: Settings | undefined,
  python: readonly Source[],
): Pick<Findings, "ready" | "smoke"> & { readonly missing: readonly string[] } {
  const sources = settings?.sources ?? [];
  const host = findHost(sources);
  const root = sources
    .map(({ text }) => /^ROOT_URLCONF\s*=\s*["']([\w.]+)["']/m.exec(text)?.[1])
    .find((one) => one !== undefined);
  const pages = root === undefined ? [] : findPages(files, root);
  const ready = readyPage(pages);
  const any = openPage(pages, python);
  const path = ready ?? (any?.value === "/" ? undefined : any);
  const where = [path?.where, host?.where].filter((one) => one !== undefined).join("; ");
  const asked = path?.value ?? "/";
  return {
    ready: path || host ? { path: path?.value, host: host?.value, where } : undefined,
    smoke: [any?.value ?? asked],
    missing: ready
      ? []
      : [
          `A page that tells when the application is ready (/ready/, /health/): \`${asked}\` is asked, and has to answer with status 200; where it sends visitors elsewhere, set \`ready: { path: "${asked}", status: 302 }\`, and the same for \`smoke\`.`,
        ],
  };
}

function withValues(
  variables: readonly FoundVariable[],
  data: { readonly variables: readonly FoundVariable[] },
): FoundVariable[] {
  const replaced = variables.filter(({ name }) => !data.variables.some((one) => one.name === name));
  return [...data.variables, ...replaced];
}
