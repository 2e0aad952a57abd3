import { mkdir, readFile, rename, symlink } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { hasStrings } from "../../artifacts/kept-file.ts";
import { findNpm, type Variables } from "../../artifacts/npm.ts";
import { toolsOf } from "../../artifacts/tools-folder.ts";
import type { MachinePaths } from "../environment-paths.ts";

/** npm is JavaScript alone, so one machine's runs on another; servers have none as a rule. */
export interface NpmFolder {
  /** `npm-11.6.2`. */
  readonly name: string;
  /** Absolute; as the package has it. */
  readonly folder: string;
}

/** The deployer's own; `undefined` where it is not laid out as npm's package is. */
export async function npmFolder(env: Variables): Promise<NpmFolder | undefined> {
  const script = (await findNpm(env))?.script;
  if (script === undefined) return undefined;
  const folder = dirname(dirname(script));
  const about: unknown = await readFile(join(folder, "package.json"), "utf8").then(
    JSON.parse,
    () => undefined,
  );
  if (!hasStrings(about, "name", "version") || about["name"] !== "npm") return undefined;
  return { name: `npm-${about["version"]}`, folder };
}

export function keptNpm(machine: Pick<MachinePaths, "home">, name: string): string {
  return join(toolsOf(machine), name);
}

/** Makes a tool of a package that has arrived, in one step. */
export async function keepNpm(arrived: string, place: string): Promise<void> {
  const bin = join(arrived, "bin");
  await mkdir(bin);
  for (const program of ["npm", "npx"]) await symlink(`../package/bin/${program}-cli.js`, join(bin, program));
  await rename(arrived, place);
}

/** The variables of a build with that npm behind all other programs. Pure. */
export function withNpm(
  env: Variables,
  machine: Pick<MachinePaths, "home">,
  name: string | undefined,
): Variables {
  if (name === undefined) return env;
  return { ...env, PATH: [env["PATH"] ?? "", join(keptNpm(machine, name), "bin")].join(delimiter) };
}
