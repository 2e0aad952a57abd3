import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { mindingTheDisk } from "../artifacts/disk-full.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { exclusiveLock } from "./exclusive-lock.ts";

/**
 * The fence of one host: the largest fencing token that it has ever been given. Whoever comes with a smaller one lost the lease to
 * somebody else, though it may not know that yet; a larger one raises the fence by coming.
 */
export interface Fence {
  /** Gives the token that counts from now on: this one, or the larger one that was there. */
  raise(token: number): Promise<number>;
  /** Runs an action while nobody with a larger token can come in between. Keep it short. */
  fenced<T>(token: number, action: () => Promise<T>): Promise<T>;
}

const lockWaitMs = 10_000;

/** A fence in a folder that every deployer of the environment reaches: `fence` holds the token, `fence-lock` keeps deployers apart. */
export function fenceFile(folder: string, environment: string): Fence {
  const path = join(folder, "fence");
  return {
    raise: (token) => locked(folder, () => raised(path, token)),
    fenced: (token, action) =>
      locked(folder, async () => {
        if ((await raised(path, token)) > token) throw fencedOff(environment);
        return action();
      }),
  };
}

async function raised(path: string, token: number): Promise<number> {
  const before = await tokenIn(path);
  if (before >= token) return before;
  await mindingTheDisk(dirname(path), () => writeAtomically(path, `${token}\n`));
  return token;
}

async function tokenIn(path: string): Promise<number> {
  try {
    const token = Number((await readFile(path, "utf8")).trim());
    if (Number.isSafeInteger(token)) return token;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw unavailable(path, error);
  }
  throw unavailable(path);
}

async function locked<T>(folder: string, action: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "fence-lock");
  const lock = await exclusiveLock(path, lockWaitMs);
  if (lock === undefined) throw unavailable(path);
  try {
    return await action();
  } finally {
    lock.release();
  }
}

function fencedOff(environment: string): CozyError {
  return new CozyError("lease-lost", {
    message: `The lease of ${environment} is not this command's any more: a newer deployer has been here.`,
    next: `cozy lease ${environment}`,
  });
}

function unavailable(path: string, cause?: unknown): CozyError {
  return new CozyError("lease-unavailable", {
    message: `The fence ${path} can't be used, so nobody can be kept out here.`,
    next: "Check who owns the file and what stands in it: one whole number, the newest lease's token.",
    cause,
  });
}
