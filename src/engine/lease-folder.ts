import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { durationText } from "../shared/duration.ts";
import { exclusiveLock } from "./exclusive-lock.ts";
import type { LeaseFile, LeaseStore } from "./lease-store.ts";

/** How long a deployer waits for another that is reading or changing the lease at this moment, or switching routes. */
const lockWaitMs = 10_000;

/** The lease of an environment on this machine: `lease.json`, to be read by anyone, and `lock`, which keeps deployers apart. */
export function leaseFolder(folder: string): LeaseStore {
  const path = join(folder, "lease.json");
  return {
    place: path,
    read: () => readIfThere(path),
    underLock: async (action) => {
      await explained(path, () => mkdir(folder, { recursive: true }));
      const lock = await explained(path, () => exclusiveLock(join(folder, "lock"), lockWaitMs));
      if (lock === undefined) throw lockNotHad(path);
      try {
        return await action(fileAt(path));
      } finally {
        lock.release();
      }
    },
  };
}

function fileAt(path: string): LeaseFile {
  return {
    read: () => readIfThere(path),
    write: (text) => explained(path, () => replace(path, text)),
    setAside: async () => {
      const kept = `${path}.damaged-${Date.now()}`;
      await rename(path, kept);
      return kept;
    },
  };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw unavailable(path, error);
  }
}

async function replace(path: string, text: string): Promise<void> {
  // Written under the lock only, so the name of the new file needs no number.
  const fresh = await open(`${path}.new`, "w");
  try {
    await fresh.writeFile(text);
    await fresh.sync();
  } finally {
    await fresh.close();
  }
  await rename(`${path}.new`, path);
}

async function explained<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unavailable(path, error);
  }
}

function unavailable(path: string, cause: unknown): CozyError {
  return new CozyError("lease-unavailable", {
    message: `The lease file ${path} can't be used: ${messageOf(cause)}.`,
    next: "Check that its folder is there, who owns it, and that its disk has room.",
    cause,
  });
}

function lockNotHad(path: string): CozyError {
  return new CozyError("lease-unavailable", {
    message: `Another cozy kept the lock beside ${path} for over ${durationText(lockWaitMs)}.`,
    state: "Nothing was changed.",
    next: "Try again; a cozy that hangs shows in: ps -C node -o pid,lstart,args",
  });
}
