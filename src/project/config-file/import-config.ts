import { pathToFileURL } from "node:url";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ImportTrail } from "./explain.ts";
import { addModuleHooks } from "./module-hooks.ts";
import { withoutExperimentalWarningsWhile } from "./quiet.ts";
import type { StripCache } from "./strip-cache.ts";

export interface ImportOptions {
  /** This package's own entry, which `cozywish` means in the project file. */
  readonly index: URL;
  /** What takes types out of a source, where Node does not do it by itself. */
  readonly stripped: StripCache | undefined;
  /** How long the file may take to be imported. */
  readonly timeoutMs: number;
}

/** What the project file exports; everything that can go wrong with it is told with the user's own line. */
export async function importConfig(configPath: string, options: ImportOptions): Promise<unknown> {
  const hooks = addModuleHooks(options.index, options.stripped);
  let module: Record<string, unknown> | undefined;
  let failure: unknown;
  try {
    module = await withoutExperimentalWarningsWhile(() => {
      const importing: Promise<Record<string, unknown>> = import(pathToFileURL(configPath).href);
      return within(options.timeoutMs, configPath, importing);
    });
  } catch (error) {
    failure = error;
  } finally {
    // Before anything of ours is imported: the hooks take every file for one of the user's.
    hooks.remove();
  }
  if (!module) throw await told(failure, { configPath, index: options.index, ...hooks.seen() });
  if (module["default"] === undefined) throw withoutDefault(configPath, Object.keys(module));
  return module["default"];
}

async function told(failure: unknown, trail: ImportTrail): Promise<CozyError> {
  if (failure instanceof CozyError) return failure;
  const { explained } = await import("./explain.ts");
  return explained(failure, trail);
}

async function within<T>(timeoutMs: number, configPath: string, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new CozyError("config-threw", {
        message: `${configPath} was not done after ${String(timeoutMs / 1000)} s: something that it awaits does not end.`,
        next: "Take the waiting out of the project file; it describes the application and does no work.",
      }),
    );
  }, timeoutMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function withoutDefault(configPath: string, exported: readonly string[]): CozyError {
  const others = exported.length === 0 ? "nothing" : exported.map((name) => `\`${name}\``).join(", ");
  return new CozyError("config-without-default", {
    message: `${configPath} exports ${others}, but no default.`,
    next: "Write `export default defineProject({ … })` in it.",
  });
}
