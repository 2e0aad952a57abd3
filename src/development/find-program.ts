import { access, constants } from "node:fs/promises";
import { type Platform, type Variables, fileNamesOf, pathsOf, searchPathOf } from "./platform.ts";

/** The file that a program's name stands for on the search path of an environment; `undefined` where there is none. */
export async function findProgram(
  program: string,
  env: Variables,
  platform: Platform,
): Promise<string | undefined> {
  const paths = pathsOf(platform);
  for (const folder of searchPathOf(env, platform)) {
    for (const name of fileNamesOf(program, env, platform)) {
      const file = paths.join(folder, name);
      if (await canRun(file)) return file;
    }
  }
  return undefined;
}

async function canRun(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
