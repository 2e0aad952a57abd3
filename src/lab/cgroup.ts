import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";

/** Where cgroup v2 is mounted; beside v1 on some machines, where hosts boot all the same but their limits hold nothing. */
export async function cgroupRoot(): Promise<string> {
  const root = cgroupRootIn(await readFile("/proc/self/mountinfo", "utf8"));
  if (root !== undefined) return root;
  throw new CozyError("lab-not-carried", {
    message: "No cgroup v2 is mounted here, and hosts of a lab boot with it.",
    next: "Boot the machine with the kernel parameter systemd.unified_cgroup_hierarchy=1.",
  });
}

export function cgroupRootIn(mountinfo: string): string | undefined {
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ", 2);
    if (after.startsWith("cgroup2 ")) return before.split(" ")[4];
  }
  return undefined;
}

/** Makes it with those above it, and hands down what controllers there are, so that limits of units in a host hold. */
export async function makeCgroup(root: string, name: string): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  for (const above of levels(root, dirname(path))) {
    const controllers = (await readFile(join(above, "cgroup.controllers"), "utf8")).trim().split(/\s+/);
    for (const controller of controllers.filter((word) => word !== "")) {
      // One that others use in another way is none that a lab could hand down.
      await writeFile(join(above, "cgroup.subtree_control"), `+${controller}`).catch(() => undefined);
    }
  }
  return path;
}

/** From the root down to the folder, both included. */
function levels(root: string, folder: string): string[] {
  return folder === root || folder.length <= root.length
    ? [root]
    : [...levels(root, dirname(folder)), folder];
}

/** Whether a process is in it or below it. */
export async function isPopulated(path: string): Promise<boolean> {
  try {
    return (await readFile(join(path, "cgroup.events"), "utf8")).includes("populated 1");
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Those in the cgroup itself, and not below it. */
export async function processesIn(path: string): Promise<readonly number[]> {
  try {
    const text = await readFile(join(path, "cgroup.procs"), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map(Number);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Ends all that is in it, at once and without asking, and takes it away. */
export async function killCgroup(path: string, signal: AbortSignal): Promise<void> {
  if (!existsSync(path)) return;
  while (await isPopulated(path)) {
    await kill(path);
    await pause(5, signal);
  }
  await removeCgroup(path, signal);
}

async function kill(path: string): Promise<void> {
  const all = join(path, "cgroup.kill");
  if (existsSync(all)) return writeFile(all, "1");
  // Before Linux 5.14 there is no killing of all at once; who forks meanwhile is met in the next round.
  for (const folder of [path, ...(await below(path))]) {
    for (const pid of await processesIn(folder)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if (systemCode(error) !== "ESRCH") throw error;
      }
    }
  }
}

async function removeCgroup(path: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      for (const folder of await below(path)) await removeIfThere(folder);
      return await removeIfThere(path);
    } catch (error) {
      // What has ended leaves its cgroup a moment later.
      if (systemCode(error) !== "EBUSY") throw error;
      await pause(5, signal);
    }
  }
}

async function removeIfThere(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/** All folders below it, the deepest first. */
async function below(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  const folders: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    folders.push(...(await below(join(path, entry.name))), join(path, entry.name));
  }
  return folders;
}

function isGone(error: unknown): boolean {
  return ["ENOENT", "ENODEV"].includes(systemCode(error) ?? "");
}
