import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripTypes } from "./strip-types.ts";

/** Takes the types out of a source. */
export type StripCache = (source: string) => string;

/** Loading what takes types out costs about 45 ms, so its results are kept by the hash of the source. */
export function stripCacheIn(folder: string): StripCache {
  return (source) => {
    const name = createHash("sha256").update(`${process.version}\0${source}`).digest("hex");
    const path = join(folder, `${name}.js`);
    const kept = read(path);
    if (kept !== undefined) return kept;
    const stripped = stripTypes(source);
    keep(folder, path, stripped);
    return stripped;
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A cache that can't be written to is no reason to stop: the next start takes longer. */
function keep(folder: string, path: string, text: string): void {
  const temporary = `${path}.${String(process.pid)}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    // See above.
  }
}
