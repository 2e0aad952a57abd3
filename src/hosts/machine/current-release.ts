import { readlink } from "node:fs/promises";
import { basename } from "node:path";
import { systemCode } from "../../errors/cozy-error.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";

/** The release that `current` names, if there is one. */
export async function currentRelease(paths: EnvironmentPaths): Promise<string | undefined> {
  try {
    return basename(await readlink(paths.current));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
