import { lstat, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";

/** Linux takes 107 bytes for a unix socket's path, macOS 103; a little is left for temporary names. */
const longestPathBytes = 100;

/** `/<release>/web.<n>.sock`, `/tables/<n>/<nn>.sock`, `/proxy/control.<pid>.sock`: none is longer than this below a run folder. */
const longestNameBytes = 48;

/**
 * The name that an environment's run folder is reached by, short enough for every socket in it: the folder itself, or a symlink
 * `/tmp/cozy-<uid>-<hash>` to it, made when it is missing. Everything that listens or connects uses this name.
 *
 * Not in `$XDG_RUNTIME_DIR`: that folder goes when its user logs out, and the supervisor stays.
 */
export async function shortRunFolder(runFolder: string, options: ShortNameOptions = {}): Promise<string> {
  const name = runFolderName(runFolder, options);
  if (name === runFolder) return runFolder;
  try {
    await symlink(runFolder, name);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    await refuseUnlessOurs(name, runFolder, uidOf(options));
  }
  return name;
}

/** The same name for a folder that is not there yet, so that there is nothing to reach: makes no link. */
export function runFolderName(runFolder: string, options: ShortNameOptions = {}): string {
  return fits(runFolder) ? runFolder : shortName(runFolder, uidOf(options), options.base ?? "/tmp");
}

function uidOf({ uid }: ShortNameOptions): number {
  return uid ?? process.getuid?.() ?? 0;
}

export interface ShortNameOptions {
  readonly uid?: number;
  /** Where short names are made; `/tmp` unless a test says otherwise. */
  readonly base?: string;
}

/** Pure: whether every socket below the folder has a path that the system takes. */
export function fits(runFolder: string): boolean {
  return Buffer.byteLength(runFolder) + longestNameBytes <= longestPathBytes;
}

/** Pure: the short name of a run folder that is too deep. */
export function shortName(runFolder: string, uid: number, base: string): string {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256").update(runFolder).digest("hex").slice(0, 8);
  return join(base, `cozy-${uid}-${hash}`);
}

/** `/tmp` is everybody's: a link there is used only if it is our own and leads where it should. */
async function refuseUnlessOurs(name: string, runFolder: string, uid: number): Promise<void> {
  const found = await lstat(name);
  if (!found.isSymbolicLink()) throw taken(name, runFolder, "it is not a link");
  if (found.uid !== uid) throw taken(name, runFolder, `it belongs to the user with the id ${found.uid}`);
  const target = await readlink(name);
  if (target !== runFolder) throw taken(name, runFolder, `it leads to ${target}`);
}

function taken(name: string, runFolder: string, why: string): CozyError {
  return new CozyError("run-folder-taken", {
    message: `${runFolder} is too deep for unix sockets and is reached by ${name}, but ${why}.`,
    state: "Nothing was changed; what runs goes on running.",
    next: `Look at it (ls -ld ${name}) and remove it, or set COZY_HOME to a shorter folder.`,
  });
}
