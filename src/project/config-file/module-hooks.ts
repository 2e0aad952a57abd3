import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { isTypeScript } from "./type-script.ts";
import type { StripCache } from "./strip-cache.ts";

/** Whether this Node takes types out by itself, as 22.18 and later do. */
export const nodeStripsTypes = Boolean(process.features.typescript);

/** An import that led nowhere: what was asked for, and by which file. */
export interface FailedImport {
  readonly specifier: string;
  readonly from: string;
  readonly error: unknown;
}

/** What went through the hooks. */
export interface SeenImports {
  readonly failed: FailedImport | undefined;
  /** The user's own files that were asked for, in that order. */
  readonly ownFiles: readonly string[];
}

export interface ModuleHooks {
  readonly seen: () => SeenImports;
  readonly remove: () => void;
}

/**
 * While the project file is imported: `cozywish` is this very package, whether or not the project has it installed, and files in
 * TypeScript are read as modules. Where Node does not take types out by itself, `stripped` does.
 */
export function addModuleHooks(index: URL, stripped: StripCache | undefined): ModuleHooks {
  let failed: FailedImport | undefined;
  const ownFiles: string[] = [];

  const resolve: nodeModule.ResolveHookSync = (specifier, context, next) => {
    if (specifier === "cozywish") return { url: index.href, shortCircuit: true };
    try {
      const resolution = next(specifier, context);
      if (!isOwn(resolution.url)) return resolution;
      ownFiles.push(fileURLToPath(resolution.url));
      // Saying the format spares Node the search for a package.json with a "type", and the user a warning where there is none.
      return isTypeScript(resolution.url) && !stripped
        ? { ...resolution, format: "module-typescript" }
        : resolution;
    } catch (error) {
      failed ??= { specifier, from: context.parentURL ?? "", error };
      throw error;
    }
  };

  const load: nodeModule.LoadHookSync = (url, context, next) => {
    if (!stripped || !isOwn(url) || !isTypeScript(url)) return next(url, context);
    const source = readFileSync(fileURLToPath(url), "utf8");
    return { format: "module", source: stripped(source), shortCircuit: true };
  };

  const hooks = nodeModule.registerHooks(stripped ? { resolve, load } : { resolve });
  return {
    seen: () => ({ failed, ownFiles: [...ownFiles] }),
    remove: () => {
      hooks.deregister();
    },
  };
}

function isOwn(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/");
}
