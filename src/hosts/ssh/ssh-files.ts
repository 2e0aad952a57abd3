import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { dayMs } from "../../shared/duration.ts";
import type { SshFiles, SshPlace } from "./ssh-command.ts";

/**
 * The folder of the deployer's connections: short, because a socket's path is, and no one else's, because whoever reaches a socket is
 * logged in.
 */
export async function connectionsFolder(uid: number, base = "/tmp"): Promise<string> {
  const folder = join(base, `cozy-ssh-${uid}`);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    await refuseUnlessOurs(folder, uid);
  }
  return folder;
}

/** Removes what connections of days ago left. Sockets go with their connections. */
export async function tidyConnections(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true && now - found.mtimeMs > dayMs) await rm(file, { force: true });
  }
}

/**
 * Pure: the files of one connection. What is pinned is part of the name, so that a connection made by another key is never used again
 * once that key is not trusted any more.
 */
export function filesOf(folder: string, place: SshPlace, pinned: string): SshFiles {
  const { address, port, user, identity } = place;
  const told = JSON.stringify([address, port, user, identity ?? null, pinned]);
  const name = join(folder, createHash("sha256").update(told).digest("hex").slice(0, 20));
  return { socket: name, knownHosts: `${name}.hosts`, seen: `${name}.seen`, said: `${name}.said` };
}

async function refuseUnlessOurs(folder: string, uid: number): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory()) throw taken(folder, "is no folder");
  if (found.uid !== uid) throw taken(folder, `belongs to the user with the id ${found.uid}`);
  if ((found.mode & 0o077) !== 0) throw taken(folder, "is open to others");
}

function taken(folder: string, why: string): CozyError {
  return new CozyError("ssh-folder-taken", {
    message: `${folder} ${why}, so connections to hosts can't be kept there.`,
    state: "Nothing was changed.",
    next: `ls -ld ${folder}; then remove it`,
  });
}
