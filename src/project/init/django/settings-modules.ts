import type { Files, Source } from "../files.ts";
import type { Found } from "../findings.ts";

/** The settings that a release runs with, and every file that they are made of. */
export interface Settings {
  readonly module: string;
  readonly where: string;
  /** Whether `manage.py` names the same, so that the project file need not. */
  readonly isManaged: boolean;
  /** The module itself first, then what it takes from others of the application. */
  readonly sources: readonly Source[];
  readonly managed: string | undefined;
}

const productionNames = ["production", "prod", "live", "deploy", "heroku"];

/** Settings for production count before those of the WSGI application, these before those of `manage.py`. */
export function findSettings(files: Files, python: readonly Source[]): Settings | undefined {
  const managed = moduleNamedIn(files.read("manage.py") ?? "");
  const servers = python.filter(({ path }) => /(?:^|\/)(?:wsgi|asgi)\.py$/.test(path));
  const served = servers.flatMap(({ path, text }): Found<string>[] => {
    const module = moduleNamedIn(text);
    return module !== undefined && pathOf(files, module) !== undefined
      ? [{ value: module, where: path }]
      : [];
  })[0];
  const named = [
    ...(managed === undefined ? [] : [{ value: managed, where: "manage.py" }]),
    ...(served ? [served] : []),
  ];
  const production = named.flatMap(({ value }) => productionBeside(files, value))[0];
  const chosen = production ?? served ?? named[0];
  if (!chosen) return undefined;
  return {
    module: chosen.value,
    where: chosen.where,
    isManaged: chosen.value === managed,
    managed,
    sources: chainOf(files, chosen.value),
  };
}

/** What `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")` says. */
function moduleNamedIn(text: string): string | undefined {
  return /["']DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']/.exec(text)?.[1];
}

/** `shop.settings.production` beside `shop.settings.local` or within `shop.settings`. */
function productionBeside(files: Files, module: string): Found<string>[] {
  const parent = module.split(".").slice(0, -1).join(".");
  const packages = pathOf(files, module)?.endsWith("__init__.py") === true ? [module] : [];
  const beside = /settings|config/.test(parent) ? [parent] : [];
  return [...packages, ...beside].flatMap((one) =>
    productionNames.flatMap((name) => {
      const path = pathOf(files, `${one}.${name}`);
      return path === undefined ? [] : [{ value: `${one}.${name}`, where: path }];
    }),
  );
}

export function pathOf(files: Files, module: string): string | undefined {
  const base = module.replaceAll(".", "/");
  return [`${base}.py`, `${base}/__init__.py`].find((path) => files.read(path) !== undefined);
}

/** A settings module and those that it imports with `*`, or by name out of a folder of settings. */
function chainOf(files: Files, module: string, seen = new Set<string>()): Source[] {
  const path = pathOf(files, module);
  if (path === undefined || seen.has(path) || seen.size > 12) return [];
  seen.add(path);
  const text = withoutComments(files.read(path) ?? "");
  const inside = path.endsWith("__init__.py") ? module : module.split(".").slice(0, -1).join(".");
  const imported = [...text.matchAll(/^[ \t]*from\s+(\.*)([\w.]*)\s+import\s/gm)].flatMap(
    ([, dots = "", name = ""]) => {
      if (dots === "") return [name];
      const parts = inside.split(".");
      return [[...parts.slice(0, parts.length - dots.length + 1), ...(name === "" ? [] : [name])].join(".")];
    },
  );
  return [{ path, text }, ...imported.flatMap((one) => chainOf(files, one, seen))];
}

/** Whole lines of comment, so that what is switched off is not taken for what is in force. */
export function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, "");
}
