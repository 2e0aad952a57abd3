import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFields } from "../artifacts/kept-file.ts";
import { systemCode } from "../errors/cozy-error.ts";
import type { PackageScripts } from "./npm-script.ts";

/** What `package.json` in an application's folder says of its scripts; nothing where there is none, or one that can't be read. */
export async function readPackageScripts(folder: string): Promise<PackageScripts> {
  try {
    return parsePackageScripts(await readFile(join(folder, "package.json"), "utf8"));
  } catch (error) {
    if (systemCode(error) !== undefined) return none;
    throw error;
  }
}

const none: PackageScripts = { name: undefined, version: undefined, scripts: {} };

function parsePackageScripts(text: string): PackageScripts {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return none;
  }
  if (!isFields(value)) return none;
  const { name, version, scripts } = value;
  const entries = isFields(scripts) ? Object.entries(scripts) : [];
  return {
    name: typeof name === "string" ? name : undefined,
    version: typeof version === "string" ? version : undefined,
    scripts: Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}
