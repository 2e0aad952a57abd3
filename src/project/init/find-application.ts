import { findRuntime, runtimeFileNames } from "../runtime.ts";
import { type Files, hasFolder, sourceFiles } from "./files.ts";
import { findCommands } from "./find-commands.ts";
import { exampleFile, findVariables } from "./find-variables.ts";
import type { Findings, Found, FoundVariable } from "./findings.ts";
import type { Package } from "./package-json.ts";

const readyPaths = ["/readyz", "/ready", "/healthz", "/health", "/api/health", "/up"];
const staticFolders = ["dist/static", "build/static", "dist/client/assets", "dist/assets", "dist/public"];
const persistFolders = ["uploads", "public/uploads", "storage", "data"];
const sqlitePackages = ["better-sqlite3", "sqlite3", "sqlite", "@libsql/client"];

/** Looks at a Node application; what is not found is said, never made up in silence. */
export function findApplication(
  files: Files,
  pkg: Package,
  facts: { readonly folderName: string; readonly nodeVersion: string },
): Findings {
  const sources = sourceFiles(files).map((path) => ({ path, text: files.read(path) ?? "" }));
  const commands = findCommands(files, pkg);
  const runtime = findVersion(files, facts.nodeVersion);
  const readyPath = findReadyPath(sources);
  const data = findData(files, pkg, sources);
  const persist = persistFolders
    .filter((folder) => hasFolder(files, folder) && !(folder === "data" && data.sqlite))
    .map((folder) => ({ value: folder, where: `the folder ${folder}/` }));
  const statics = findStatic(files, pkg);
  const variables = findVariables(files);
  return {
    name: findName(pkg, facts.folderName),
    ...runtime,
    ...commands,
    static: statics,
    readyPath,
    persist,
    sqlite: data.sqlite,
    media: data.media,
    variables: [...variables, ...data.variables],
    missing: [
      ...commands.missing,
      ...runtime.missing,
      ...(readyPath
        ? []
        : [
            `A page that tells when the application is ready (${readyPaths.slice(0, 4).join(", ")}): \`/\` is asked.`,
          ]),
      ...(statics ? [] : ["A folder of static files that the build leaves: the application serves its own."]),
      ...(exampleFile(files)
        ? []
        : ["The variables that the application reads: there is no .env.example, so they are not checked."]),
      ...data.missing,
    ],
  };
}

function findName(pkg: Package, folderName: string): Found<string> {
  const from = pkg.name ?? folderName;
  const name = from
    .replace(/^@[^/]*\//, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return { value: name || "app", where: pkg.name === undefined ? "the folder's name" : "package.json" };
}

function findVersion(
  files: Files,
  nodeVersion: string,
): Pick<Findings, "runtime" | "runtimeFrom"> & { readonly missing: readonly string[] } {
  const texts = runtimeFileNames.node.flatMap((name) => {
    const text = files.read(name);
    return text === undefined ? [] : [{ name, text }];
  });
  const found = findRuntime(texts);
  if (found.ok) {
    const { version, source } = found.runtime;
    return { runtime: undefined, runtimeFrom: `${version} from ${source}`, missing: [] };
  }
  const [major = ""] = nodeVersion.replace(/^v/, "").split(".");
  const why = found.asked ?? "there is no .node-version, .nvmrc or engines";
  return {
    runtime: { value: major, where: "the Node that `cozy init` ran on" },
    runtimeFrom: undefined,
    missing: [`The version of Node: ${why}. It is the one that \`cozy init\` ran on.`],
  };
}

interface Source {
  readonly path: string;
  readonly text: string;
}

function findReadyPath(sources: readonly Source[]): Found<string> | undefined {
  for (const path of readyPaths) {
    const source = sources.find(({ text }) =>
      [`"${path}"`, `'${path}'`, `\`${path}\``].some((quoted) => text.includes(quoted)),
    );
    if (source) return { value: path, where: source.path };
  }
  return undefined;
}

function findStatic(files: Files, pkg: Package): Findings["static"] {
  if (pkg.uses("next"))
    return { value: { folder: ".next/static", url: "/_next/static/" }, where: "next in package.json" };
  const folder = staticFolders.find((one) => hasFolder(files, one));
  if (folder === undefined) return undefined;
  const url = folder.endsWith("/assets") ? "/assets/" : "/static/";
  return { value: { folder, url }, where: `the folder ${folder}/` };
}

function findData(
  files: Files,
  pkg: Package,
  sources: readonly Source[],
): Pick<Findings, "sqlite" | "media" | "missing"> & { readonly variables: readonly FoundVariable[] } {
  const example = exampleFile(files);
  const shown = (name: string): string | undefined =>
    example?.lines.find((line) => line.name === name)?.value;
  const media: Found<true> | undefined =
    example && shown("MEDIA_URL") !== undefined
      ? { value: true, where: `MEDIA_URL in ${example.name}` }
      : undefined;
  const dependency = sqlitePackages.find((name) => pkg.uses(name));
  const builtIn = sources.find(({ text }) => text.includes("node:sqlite"));
  const url = shown("DATABASE_URL") ?? "";
  const where = /^(sqlite|file):/.test(url)
    ? `DATABASE_URL in ${example?.name ?? ""}`
    : dependency === undefined
      ? builtIn && `node:sqlite in ${builtIn.path}`
      : `${dependency} in package.json`;
  if (where !== undefined) return { sqlite: { value: true, where }, media, variables: [], missing: [] };
  const server = ["pg", "postgres", "mysql2", "mongodb"].find((name) => pkg.uses(name));
  if (server === undefined && url === "") return { sqlite: undefined, media, variables: [], missing: [] };
  return {
    sqlite: undefined,
    media,
    variables: [
      {
        name: "DATABASE_URL",
        where: server === undefined ? (example?.name ?? "") : `${server} in package.json`,
        declaration: example ? "secret" : undefined,
        given: { from: "dotenv" },
      },
    ],
    missing: [
      "A database that this version of cozy looks after: only SQLite is. DATABASE_URL leads to yours, and cozy leaves it alone.",
    ],
  };
}
