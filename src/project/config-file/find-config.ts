import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";

const configNames = ["cozy.config.ts", "cozy.config.mts", "cozy.config.js", "cozy.config.mjs"] as const;

/** The project file of a folder: its own or the nearest above, up to the root of the repository or the home folder. */
export function findConfig(from: string, homeFolder: string): string {
  const start = resolve(from);
  for (const folder of upwards(start, homeFolder)) {
    const found = configsIn(folder);
    if (found.length > 1) throw ambiguous(folder, found);
    if (found[0] !== undefined) return join(folder, found[0]);
  }
  throw new CozyError("config-not-found", {
    message: `There is no cozy.config.ts in ${start} or above it.`,
    next: "Go to the folder of the application and run `cozy init`, or name the file with --config.",
  });
}

export function configsIn(folder: string): string[] {
  try {
    const files = new Set(readdirSync(folder));
    return configNames.filter((name) => files.has(name));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "EACCES") return [];
    throw error;
  }
}

function upwards(start: string, homeFolder: string): string[] {
  const folders = [start];
  for (let folder = start; ; folder = dirname(folder)) {
    if (folder !== start) folders.push(folder);
    if (folder === homeFolder || folder === dirname(folder) || existsSync(join(folder, ".git")))
      return folders;
  }
}

function ambiguous(folder: string, found: readonly string[]): CozyError {
  return new CozyError("config-ambiguous", {
    message: `${folder} has ${found.join(" and ")}, and cozy can't tell which one counts.`,
    next: "Remove all but one of them.",
  });
}
