import { chmod, chown, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import { isPopulated, makeCgroup } from "./cgroup.ts";
import type { HostFile } from "./host-files.ts";
import { hostLayout, networkNamespaces, type HostLayout } from "./lab-layout.ts";
import type { Maker } from "./maker.ts";
import type { Command } from "./network-commands.ts";
import { tailOf } from "./run-program.ts";
import { answersSsh } from "./ssh-answer.ts";
import { startInCgroup } from "./start-in-cgroup.ts";

export interface HostToBoot {
  readonly lab: string;
  readonly name: string;
  readonly address: string;
}

/** A disk of its own above the image, which is shared and never written to. */
export async function makeDisk(
  { lab, name }: HostToBoot,
  image: string,
  diskBytes: number,
  maker: Maker,
): Promise<void> {
  const { disk, upper, work, root } = hostLayout(lab, name);
  await mkdir(disk, { recursive: true, mode: 0o755 });
  await mkdir(root, { recursive: true, mode: 0o755 });
  await maker.run(mountDisk(disk, diskBytes));
  for (const folder of [upper, work]) {
    await mkdir(folder);
    await chmod(folder, 0o755);
  }
  await maker.run(mountRoot(hostLayout(lab, name), image));
}

function mountDisk(disk: string, bytes: number): Command {
  return ["mount", "-t", "tmpfs", "-o", `mode=755,size=${bytes}`, "cozy-lab", disk];
}

function mountRoot({ upper, work, root }: HostLayout, image: string): Command {
  const options = `lowerdir=${image},upperdir=${upper},workdir=${work}`;
  return ["mount", "-t", "overlay", "-o", options, "cozy-lab", root];
}

/** Into a host that is off. */
export async function putFiles(host: HostToBoot, files: readonly HostFile[]): Promise<void> {
  const { root } = hostLayout(host.lab, host.name);
  for (const { path, text, mode } of files) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode });
    await chmod(file, mode);
    await chown(file, 0, 0);
  }
}

export async function putLinks(
  host: HostToBoot,
  links: readonly { readonly path: string; readonly to: string }[],
): Promise<void> {
  const { root } = hostLayout(host.lab, host.name);
  for (const { path, to } of links) await symlink(to, join(root, path));
}

const bootTimeoutMs = 60_000;

/** Boots it, and waits until it answers as an SSH server; its disk and its network are there. */
export async function bootHost(
  { lab, name, address }: HostToBoot,
  cgroups: string,
  signal: AbortSignal,
): Promise<void> {
  const layout = hostLayout(lab, name);
  const cgroup = await makeCgroup(cgroups, layout.cgroup);
  await startInCgroup(cgroup, nspawn(layout, name), layout.console, nspawnEnvironment);
  const until = performance.now() + bootTimeoutMs;
  while (!(await answersSsh(address, signal))) {
    if (performance.now() > until) throw await notBooted(layout, name, "did not answer within a minute");
    if (!(await isPopulated(cgroup))) throw await notBooted(layout, name, "ended while it booted");
    await pause(20, signal);
  }
}

/** A host has cgroup v2 even where the machine has v1 beside it, and settings of its own network that it may write. */
const nspawnEnvironment = {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
  SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
};

export function nspawn({ root, network }: HostLayout, name: string): Command {
  return [
    "systemd-nspawn",
    "--quiet",
    "--boot",
    "--register=no",
    "--keep-unit",
    "--console=pipe",
    `--directory=${root}`,
    `--machine=${name}`,
    `--hostname=${name}`,
    `--network-namespace-path=${join(networkNamespaces, network)}`,
    "--capability=CAP_NET_ADMIN",
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    // What a server's systemd starts with, whatever this process is held to.
    "--rlimit=RLIMIT_NOFILE=1024:524288",
  ];
}

async function notBooted({ console }: HostLayout, name: string, how: string): Promise<CozyError> {
  const text = await readFile(console, "utf8").catch(() => "");
  return new CozyError("lab-boot-failed", {
    message: `The host ${name} ${how}.`,
    details: tailOf(text),
    next: "Look at the end of its console below; then cozy lab up.",
  });
}
