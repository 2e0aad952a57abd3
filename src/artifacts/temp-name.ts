import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";

/** Tells our leftovers from those of an earlier process that had the same pid, as in a container where it is always 1. */
let knownAs: string | undefined;

function thisProcess(): string {
  knownAs ??= process.getBuiltinModule("node:crypto").randomBytes(4).toString("hex");
  return knownAs;
}

const pattern = /\.tmp-(\d+)-([0-9a-f]{8})-\d+$/;
let counter = 0;

/** A name beside `path` that nobody else has, and that `sweepTemps` knows to belong to this process. */
export function tempName(path: string): string {
  return `${path}.tmp-${process.pid}-${thisProcess()}-${counter++}`;
}

export function isTempName(name: string): boolean {
  return pattern.test(name);
}

/** Removes what processes that are gone left half-made in a folder; gives the names. */
export async function sweepTemps(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const abandoned = names.filter(isAbandoned);
  for (const name of abandoned) await rm(join(folder, name), { recursive: true, force: true });
  return abandoned;
}

function isAbandoned(name: string): boolean {
  const match = pattern.exec(name);
  if (match === null) return false;
  const pid = Number(match[1]);
  return pid === process.pid ? match[2] !== thisProcess() : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
