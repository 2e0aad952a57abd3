import { link, readdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../shared/thrown.ts";

/** What a restore lays beside a database, by the time that it was begun. */
export interface SwapFiles {
  /** The restored database, until it is put in place. */
  readonly restored: string;
  /** The database that was in use before. */
  readonly before: string;
  /** The restored one, where it was taken out of use again; somebody may have written to it. */
  readonly takenBack: string;
}

/** What SQLite keeps beside a database. */
export const companions = ["-wal", "-shm", "-journal"] as const;

export function swapFiles(database: string, stamp: string): SwapFiles {
  return {
    restored: `${database}.restored-${stamp}`,
    before: `${database}.before-${stamp}`,
    takenBack: `${database}.taken-back-${stamp}`,
  };
}

/** `20261124T031500Z`, which no other restore of the environment has: its lease is held by one at a time. */
export function stampOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

const kept = /\.(?:before|taken-back)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-wal|-shm|-journal)?$/;

/** The files that restores have set aside before a moment. */
export async function setAsideBefore(database: string, moment: number): Promise<readonly string[]> {
  const names = await readdir(dirname(database)).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${basename(database)}.`) && (setAsideAt(name) ?? moment) < moment)
    .map((name) => join(dirname(database), name));
}

function setAsideAt(name: string): number | undefined {
  const match = kept.exec(name);
  if (match === null) return undefined;
  const [year, month, ...rest] = match.slice(1, 7).map(Number);
  const [day, hour, minute, second] = rest;
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

export async function exists(file: string): Promise<boolean> {
  return (await sizeOf(file)) !== undefined;
}

export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** As the system names it in what processes have open. */
export async function realFile(file: string): Promise<string> {
  return join(await realpath(dirname(file)), basename(file));
}

/** Gives a file a second name; where the file system has no links, the first name goes. */
export async function keepAs(file: string, as: string): Promise<void> {
  try {
    // An empty one says that there was none.
    await ((await exists(file)) ? link(file, as) : writeFile(as, "", { mode: 0o600, flag: "wx" }));
  } catch (error) {
    if (systemCode(error) === "EEXIST") return;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(systemCode(error) ?? "")) throw error;
    await rename(file, as);
  }
}

export async function moveCompanions(from: string, to: string): Promise<void> {
  for (const end of companions) {
    try {
      await rename(`${from}${end}`, `${to}${end}`);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
}

export async function removeWithCompanions(file: string): Promise<void> {
  for (const end of ["", ...companions]) await rm(`${file}${end}`, { force: true });
}
