import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { findConfig } from "./config-file/find-config.ts";
import { importConfig } from "./config-file/import-config.ts";
import { nodeStripsTypes } from "./config-file/module-hooks.ts";
import type { StripCache } from "./config-file/strip-cache.ts";
import { draftOf } from "./draft.ts";
import { parseProject } from "./parse-project.ts";
import type { Project, RuntimeRequest } from "./project.ts";
import { writesCron } from "./rules-schedules.ts";
import { type RuntimeFile, type RuntimeFound, findRuntime, runtimeFileNames } from "./runtime.ts";

export interface LoadOptions {
  /** Where to begin to look for the project file. */
  readonly from: string;
  /** The project file itself, relative to `from`; nothing is looked for then. */
  readonly configPath?: string | undefined;
  /** The entry of this package, which `cozywish` means in the project file. */
  readonly index?: URL | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly homeFolder?: string | undefined;
  /** How long the project file may take to be imported. */
  readonly timeoutMs?: number | undefined;
}

/** Reads, checks and fills in the project file. */
export async function loadProject(options: LoadOptions): Promise<Project> {
  const homeFolder = options.homeFolder ?? homedir();
  const configPath =
    options.configPath === undefined
      ? findConfig(options.from, homeFolder)
      : resolve(options.from, options.configPath);
  const source = sourceOf(configPath);
  const exported = await importConfig(configPath, {
    index: options.index ?? ownIndex(),
    stripped: nodeStripsTypes ? undefined : await stripCache(options.env ?? process.env, homeFolder),
    timeoutMs: options.timeoutMs ?? 20_000,
  });
  const root = dirname(configPath);
  const parsed = parseProject(exported, {
    root,
    configPath,
    homeFolder,
    findRuntime: (folder, engine) => runtimeIn(root, folder, engine),
    cronFault: writesCron(draftOf(exported, []))
      ? (await import("../schedules/times.ts")).cronFault
      : noFault,
  });
  if (parsed.ok) return parsed.project;
  const { invalidConfig } = await import("./config-file/invalid.ts");
  throw await invalidConfig(configPath, source, parsed.faults);
}

/** There is no pattern to find one in. */
function noFault(): undefined {
  return undefined;
}

/** Beside the bundle, `index.js`; among the sources, `src/index.ts`. */
function ownIndex(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("../index.ts", import.meta.url)
    : new URL("./index.js", import.meta.url);
}

async function stripCache(
  env: Readonly<Record<string, string | undefined>>,
  homeFolder: string,
): Promise<StripCache> {
  const { stripCacheIn } = await import("./config-file/strip-cache.ts");
  return stripCacheIn(join(env["XDG_CACHE_HOME"] ?? join(homeFolder, ".cache"), "cozy", "stripped"));
}

function sourceOf(configPath: string): string {
  try {
    return readFileSync(configPath, "utf8");
  } catch (error) {
    throw new CozyError("config-not-found", {
      message: `${configPath} can't be read (${systemCode(error) ?? "unknown error"}).`,
      next: "Name the project file with --config, or run `cozy init` to write one.",
      cause: error,
    });
  }
}

/** The application's own folder counts before the project's. */
function runtimeIn(root: string, folder: string, engine: RuntimeRequest["engine"]): RuntimeFound {
  const folders = [...new Set([resolve(root, folder), root])];
  const files = folders.flatMap((one) =>
    runtimeFileNames[engine].flatMap((name): RuntimeFile[] => {
      const path = join(one, name);
      try {
        return [{ name: relative(root, path), text: readFileSync(path, "utf8") }];
      } catch {
        return [];
      }
    }),
  );
  return findRuntime(files, engine);
}
