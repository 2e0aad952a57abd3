import { CozyError } from "../errors/cozy-error.ts";
import { findProgram } from "./find-program.ts";
import { allowsPython, askVersion, lookAtRuntime } from "./runtime-fact.ts";
import type { Workplace } from "./workplace.ts";

const script = "import sys; print('.'.join(map(str, sys.version_info[:3])))";

/** A Python on the PATH that the project can run on. Each is asked itself: some are a version manager's stand-ins that run nothing. */
export async function findPython(place: Workplace): Promise<string> {
  const { env, platform, folder } = place;
  const { version: asked, source } = place.app.runtime;
  const found: string[] = [];
  for (const name of namesFor(asked, platform)) {
    const file = await findProgram(name, env, platform);
    if (file === undefined) continue;
    const version = await askVersion([file, "-I", "-c", script], env, folder);
    if (version === undefined) continue;
    if (allowsPython(asked, version)) return file;
    if (!found.includes(version)) found.push(version);
  }
  const { install } = await lookAtRuntime(place);
  throw new CozyError("setup-not-possible", {
    message: `No Python ${asked} (${source}) is on the PATH.`,
    details: [found.length === 0 ? "There is none at all." : `There is ${found.join(", ")}.`],
    state: "Nothing was installed.",
    next: install,
  });
}

/** The version that is asked for by its own name first, then all that a system may have, newest first. */
export function namesFor(asked: string, platform: NodeJS.Platform): string[] {
  if (platform === "win32") return ["python", "python3", "py"];
  const [, minor] = /(3\.\d+)/.exec(asked) ?? [];
  const minors = Array.from({ length: 8 }, (_, index) => `python3.${16 - index}`);
  return [...new Set([...(minor === undefined ? [] : [`python${minor}`]), "python3", "python", ...minors])];
}
