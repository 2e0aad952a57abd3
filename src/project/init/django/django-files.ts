import type { Files, Source } from "../files.ts";
import type { CommandText, Findings, Found } from "../findings.ts";
import { readPackage } from "../node/package-file.ts";
import type { Settings } from "./settings-modules.ts";

/** Static files, which Django itself collects: only what its settings leave out is told. */
export function findStatic(
  settings: Settings,
): Pick<Findings, "static"> & { readonly missing: readonly string[] } {
  const { sources } = settings;
  const isInstalled = sources.some(({ text }) => text.includes("django.contrib.staticfiles"));
  if (!isInstalled) {
    const where = "django.contrib.staticfiles is not installed";
    return {
      static: undefined,
      missing: sources.length === 0 ? [] : [`Static files: ${where}, so none are collected.`],
    };
  }
  const url = literalOf(sources, /^STATIC_URL\s*=\s*["']([\w./:-]+)["']\s*$/m);
  const path = url && `/${url.value.replace(/^\/+|\/+$/g, "")}/`;
  const differs = path !== undefined && path !== "/static/" && !/:\/\//.test(url?.value ?? "");
  const root = sources.some(({ text }) => /^\s*STATIC_ROOT\s*(?::[^=]*)?=/m.test(text));
  return {
    static: differs ? { value: { url: path }, where: `STATIC_URL in ${url?.where ?? ""}` } : undefined,
    missing: root
      ? []
      : [
          `A folder to collect static files in: no STATIC_ROOT in ${sources[0]?.path ?? settings.module}. Write \`STATIC_ROOT = BASE_DIR / "staticfiles"\` there, or set \`static: false\` here.`,
        ],
  };
}

/** The name to ask by, where the settings list names and none of them is this machine's. */
export function findHost(sources: readonly Source[]): Found<string> | undefined {
  const written = literalOf(sources, /^ALLOWED_HOSTS\s*(?::[^=]*)?=\s*[[(]([^\])]*)[\])]/m);
  if (!written || /environ|getenv|env\(|config\(/.test(written.value)) return undefined;
  const names = [...written.value.matchAll(/["']([^"']+)["']/g)].map(([, name = ""]) => name);
  if (names.length === 0 || names.some((name) => /^\*$|^\.?localhost$/.test(name))) return undefined;
  return { value: (names[0] ?? "").replace(/^\./, ""), where: `ALLOWED_HOSTS in ${written.where}` };
}

/** django-compressor makes its files of the collected ones, or fails at the first page. */
export function findCompression(sources: readonly Source[]): Found<CommandText> | undefined {
  const source = sources.find(({ text }) => /^\s*COMPRESS_OFFLINE\s*=\s*True/m.test(text));
  return source && { value: "python manage.py compress", where: `COMPRESS_OFFLINE in ${source.path}` };
}

/** Style sheets and scripts that are built by Node before Django collects them. */
export function findFrontEnd(files: Files): {
  readonly build: Found<CommandText> | undefined;
  readonly missing: readonly string[];
} {
  const pkg = readPackage(files);
  if (pkg?.scripts["build"] === undefined) return { build: undefined, missing: [] };
  const isLocked = files.read("package-lock.json") !== undefined;
  return {
    build: {
      value: [
        "sh",
        "-c",
        `npm ${isLocked ? "ci" : "install"} --include=dev && npm run build && rm -rf node_modules`,
      ],
      where: "scripts.build of package.json",
    },
    missing: isLocked
      ? []
      : [
          "A package-lock.json for the front end: without one, two builds could differ. Run `npm install --package-lock-only`, and commit it.",
        ],
  };
}

function literalOf(sources: readonly Source[], pattern: RegExp): Found<string> | undefined {
  for (const { path, text } of sources) {
    const value = pattern.exec(text)?.[1];
    if (value !== undefined) return { value, where: path };
  }
  return undefined;
}
