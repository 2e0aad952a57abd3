import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../shared/thrown.ts";
import { identify, isAlive, sameBoot, type ProcessIdentity } from "./process-identity.ts";

/** The one supervisor of an environment. */
export interface Ownership {
  /** Lets a successor in while this process still has a last answer to give. */
  release(): void;
}

/**
 * Becomes the owner, or returns the one that is. An owner is a symbolic link `owner.<n>` whose text is the process: it is made whole
 * in one step, without a block of a disk that may be full. A new owner makes the next number, which only one process can, and has won
 * when no higher number is there. A number is removed only by the living owner of a higher one; a lock file that is removed when it
 * looks stale could be another's by then.
 */
export function takeOwnership(folder: string): Ownership | ProcessIdentity {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const me = identify(process.pid) ?? { pid: process.pid, mark: "unknown" };
  for (;;) {
    const last = Math.max(0, ...numbers(folder));
    const owner = readOwner(folder, last);
    if (owner !== undefined) return owner;
    const mine = last + 1;
    if (!link(textOf(me), ownerPath(folder, mine))) continue;
    const all = numbers(folder);
    if (Math.max(...all) > mine) {
      rmSync(ownerPath(folder, mine), { force: true });
      continue;
    }
    for (const number of all) if (number < mine) forget(folder, number);
    return { release: () => void link("released", releasedPath(folder, mine)) };
  }
}

/**
 * What became of the last owner. One that `died` in this boot of the machine without letting go is started again by its keeper, if that
 * is still there.
 */
export function lastOwner(folder: string): {
  readonly pid?: number;
  readonly fate: "lives" | "died" | "let go" | "none";
} {
  const last = Math.max(0, ...numbers(folder));
  const owner = last === 0 ? undefined : identityIn(readLink(ownerPath(folder, last)));
  if (owner === undefined) return { fate: "none" };
  if (readLink(releasedPath(folder, last)) !== undefined) return { pid: owner.pid, fate: "let go" };
  if (isAlive(owner)) return { pid: owner.pid, fate: "lives" };
  const me = identify(process.pid);
  return { pid: owner.pid, fate: me !== undefined && sameBoot(me.mark, owner.mark) ? "died" : "none" };
}

function readOwner(folder: string, number: number): ProcessIdentity | undefined {
  if (readLink(releasedPath(folder, number)) !== undefined) return undefined;
  const owner = identityIn(readLink(ownerPath(folder, number)));
  return owner !== undefined && isAlive(owner) ? owner : undefined;
}

function identityIn(text: string | undefined): ProcessIdentity | undefined {
  const [, pid, mark] = /^1 (\d+) (.+)$/u.exec(text ?? "") ?? [];
  return pid === undefined || mark === undefined ? undefined : { pid: Number(pid), mark };
}

/** The format is in front, so that a later one can be told. */
function textOf(me: ProcessIdentity): string {
  return `1 ${me.pid} ${me.mark}`;
}

function forget(folder: string, number: number): void {
  rmSync(ownerPath(folder, number), { force: true });
  rmSync(releasedPath(folder, number), { force: true });
}

function numbers(folder: string): readonly number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const number = /^owner\.(\d+)$/u.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function ownerPath(folder: string, number: number): string {
  return join(folder, `owner.${number}`);
}

function releasedPath(folder: string, number: number): string {
  return join(folder, `owner.${number}.released`);
}

function link(text: string, path: string): boolean {
  try {
    symlinkSync(text, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
