import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";
import { cgroupRoot, killCgroup } from "./cgroup.ts";
import { labLayout, namespacePrefix, networkNamespaces } from "./lab-layout.ts";
import { runProgram, tryProgram } from "./run-program.ts";

/**
 * Takes away all that there is of a lab, whatever state it is in: by the names that only it can have, so that it needs no record of
 * what was made. Can be run again after it was cut off itself. The caller holds the lock of labs. Gives whether there was anything.
 */
export async function takeDown(lab: string, signal: AbortSignal): Promise<boolean> {
  const { cgroup, folder, machineLink } = labLayout(lab);
  const processes = join(await cgroupRoot(), cgroup);
  const networks = await networksOf(lab);
  const there = [processes, folder].some((path) => existsSync(path)) || networks.length > 0;
  await killCgroup(processes, signal);
  for (const mount of mountsBelow(await readFile("/proc/self/mountinfo", "utf8"), folder)) {
    await unmount(mount, signal);
  }
  if (existsSync(join("/sys/class/net", machineLink)))
    await runProgram(["ip", "link", "delete", machineLink], signal);
  for (const name of networks) await runProgram(["ip", "netns", "delete", name], signal);
  await rm(folder, { recursive: true, force: true });
  return there;
}

/** Mount points below a folder, the last made first. */
export function mountsBelow(mountinfo: string, folder: string): readonly string[] {
  const points = mountinfo.split("\n").map((line) => unescape(line.split(" ")[4] ?? ""));
  return points.filter((point) => point.startsWith(`${folder}/`)).toReversed();
}

/** The kernel writes spaces, tabs, line feeds and backslashes as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

async function unmount(mount: string, signal: AbortSignal): Promise<void> {
  const { exitCode } = await tryProgram(["umount", mount], signal);
  // Somebody's shell may stand in it: then it goes when they leave.
  if (exitCode !== 0) await runProgram(["umount", "--lazy", mount], signal);
}

async function networksOf(lab: string): Promise<readonly string[]> {
  try {
    const names = await readdir(networkNamespaces);
    return names.filter((name) => name.startsWith(namespacePrefix(lab)));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
