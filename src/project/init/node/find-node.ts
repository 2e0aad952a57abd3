import { exampleFile } from "../example-file.ts";
import { findName } from "../find-name.ts";
import { findRuntimeVersion } from "../find-runtime-files.ts";
import { type Files, type Source, hasFolder, readSources, sourceNames } from "../files.ts";
import type { Findings, Found, FoundStatic } from "../findings.ts";
import { developmentPrograms } from "./development-programs.ts";
import { findCommands } from "./find-commands.ts";
import { findData } from "./find-data.ts";
import { findLockFile } from "./find-lock-file.ts";
import { nodeVariables } from "./node-variables.ts";
import { type Framework, findFramework, staticOf } from "./frameworks.ts";
import type { Package } from "./package-file.ts";
import { workspaceSentence } from "./workspaces.ts";

const readyPaths = ["/readyz", "/ready", "/healthz", "/health", "/api/health", "/up"];
const staticFolders = ["dist/static", "build/static", "dist/client/assets", "dist/assets", "dist/public"];
const persistFolders = ["uploads", "public/uploads", "storage", "data"];

/** Looks at a Node application; what is not found is said, never made up in silence. */
export function findNode(
  files: Files,
  pkg: Package,
  facts: { readonly folderName: string; readonly nodeVersion: string },
): Findings {
  const sources = readSources(files, sourceNames.node);
  const framework = findFramework(files, pkg);
  const commands = findCommands({ files, pkg, sources: [...sources, ...binFiles(files)], framework });
  const [major = ""] = facts.nodeVersion.replace(/^v/, "").split(".");
  const runtime = findRuntimeVersion(files, "node", {
    value: major,
    where: "the Node that `cozy init` ran on",
    missing: "It is the one that `cozy init` ran on.",
  });
  const example = exampleFile(files);
  const data = findData(pkg, sources, example);
  const lock = findLockFile(files, pkg);
  const found = nodeVariables(sources, example, [...data.variables, ...(framework?.variables ?? [])]);
  const readyPath = findReadyPath(sources);
  const statics = findStatic(files, pkg, framework);
  return {
    stack: "node",
    name: findName(
      pkg.name === undefined ? undefined : { value: pkg.name, where: "package.json" },
      facts.folderName,
    ),
    notes: [...runtime.notes, ...lock.notes],
    runtime: runtime.runtime,
    settings: undefined,
    requirements: undefined,
    ...commands,
    static: statics,
    ready: readyPath && { path: readyPath.value, where: readyPath.where },
    smoke: ["/"],
    buildVariables: found.buildVariables,
    persist: persistFolders
      .filter((folder) => holdsUploads(files, folder) && !(folder === "data" && data.sqlite))
      .map((folder) => ({ value: folder, where: `the folder ${folder}/` })),
    sqlite: data.sqlite,
    media: data.media,
    variables: found.variables,
    missing: [
      ...workspaceSentence(files, pkg),
      ...commands.missing,
      ...lock.missing,
      ...developmentPrograms(pkg, [
        ...commands.processes.map(({ type, command }) => ({ what: type, command: command ?? "" })),
        ...(commands.migrate?.value ? [{ what: "migrate", command: commands.migrate.value }] : []),
      ]),
      ...runtime.missing,
      ...oldNode(runtime.runtime?.value ?? runtime.asked),
      ...(readyPath
        ? []
        : [
            `A page that tells when the application is ready (${readyPaths.slice(0, 4).join(", ")}): \`/\` is asked, and has to answer with status 200.`,
          ]),
      ...(statics ? [] : ["A folder of static files that the build leaves: the application serves its own."]),
      ...found.missing,
      ...data.missing,
    ],
  };
}

/** Packages that are locked anew are today's, and these no longer run on it. */
function oldNode(version = ""): string[] {
  const major = /^v?(\d+)/.exec(version)?.[1];
  if (major === undefined || Number(major) >= 22) return [];
  return [
    `A Node that still gets fixes: the application asks for ${version}. Write a newer one, such as 24, where it does.`,
  ];
}

/** Where `express-generator` puts what starts a server, in a file without an ending. */
function binFiles(files: Files): Source[] {
  const text = files.read("bin/www");
  return text === undefined ? [] : [{ path: "bin/www", text }];
}

/** A folder that git keeps has files of the application in it, which a persistent folder would hide. */
function holdsUploads(files: Files, folder: string): boolean {
  if (!hasFolder(files, folder)) return false;
  const ignored = (files.read(".gitignore") ?? "")
    .split(/\r?\n/)
    .some((line) => line.replace(/^\/|\/?\*?$/g, "") === folder);
  return ignored || files.list(folder).every(({ name }) => name.startsWith("."));
}

function findReadyPath(sources: readonly Source[]): Found<string> | undefined {
  for (const path of readyPaths) {
    const source = sources.find(({ text }) =>
      [`"${path}"`, `'${path}'`, `\`${path}\``].some((quoted) => text.includes(quoted)),
    );
    if (source) return { value: path, where: source.path };
    // Frameworks that take their routes from folders.
    const route = sources.find(({ path: file }) =>
      new RegExp(
        `(?:^|/)(?:app|routes|pages)${path}(?:/(?:route|\\+server|page|index))?\\.[cm]?[jt]sx?$`,
      ).test(file),
    );
    if (route) return { value: path, where: route.path };
  }
  return undefined;
}

function findStatic(
  files: Files,
  pkg: Package,
  framework: Framework | undefined,
): Found<FoundStatic> | undefined {
  if (framework?.static) return { value: framework.static, where: `${framework.name} in package.json` };
  const known = staticOf(pkg);
  if (known) return { value: known, where: "package.json" };
  const folder = staticFolders.find((one) => hasFolder(files, one));
  if (folder === undefined) return undefined;
  const url = folder.endsWith("/assets") ? "/assets/" : "/static/";
  return { value: { folder, url }, where: `the folder ${folder}/` };
}
