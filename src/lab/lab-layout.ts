import { join } from "node:path";

/**
 * Every name that a lab has on the machine: all derive from the lab's own, so that what a crash left is found without any record of
 * it. Nothing of a lab outlives a boot of the machine, so all of it stands below `/run`.
 */
export interface LabLayout {
  /** Root's alone; holds the lab's state, its key and the hosts' disks. */
  readonly folder: string;
  readonly state: string;
  /** The private key that logs in as root; its public half ends in `.pub`. */
  readonly key: string;
  /** The hosts' public keys, for OpenSSH. */
  readonly knownHosts: string;
  readonly packageProxy: { readonly program: string; readonly settings: string; readonly log: string };
  readonly wireProgram: string;
  /** The network namespace that holds the bridge and the hosts' ports, and nothing else. */
  readonly switch: string;
  /** The machine's end of its own cable into the bridge. */
  readonly machineLink: string;
  /** Below the root of cgroup v2. All processes of the lab are in it, which is how they are found again. */
  readonly cgroup: string;
}

export interface HostLayout {
  readonly folder: string;
  /** A file system in memory that holds all that the host wrote: it stays while the host is off. */
  readonly disk: string;
  readonly upper: string;
  readonly work: string;
  /** The host's root: the image below, its own disk above. */
  readonly root: string;
  readonly console: string;
  /** The network namespace that the host boots into, and that outlives its reboots. */
  readonly network: string;
  /** The host's port on the bridge. */
  readonly port: string;
  /** Where a wire stands between the port and the bridge: its end at the wire, and at the bridge. */
  readonly wireEnd: string;
  readonly bridgeEnd: string;
  readonly cgroup: string;
  readonly wireCgroup: string;
  readonly wireLog: string;
}

export const labsFolder = "/run/cozy/labs";
/** Held while a lab is entered or its state is changed; never for long. */
export const labsLock = "/run/cozy/labs.lock";
export const networkNamespaces = "/run/netns";
/** What the host sees of its cable. */
export const hostLink = "host0";
export const bridge = "bridge";
/** The lab's end of the machine's cable. */
export const machinePort = "machine";
/** Devices that stand where the hosts' ports do, which are called like the hosts. */
const switchOwn: ReadonlySet<string> = new Set([bridge, machinePort]);

/** A network device's name has 15 characters at most, and both names go into some. */
const longestLabName = 10;
const longestHostName = 12;

export function isLabName(name: string): boolean {
  return name.length <= longestLabName && /^[a-z][a-z0-9]*$/.test(name);
}

export function isHostName(name: string): boolean {
  return name.length <= longestHostName && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && !switchOwn.has(name);
}

export function labLayout(lab: string): LabLayout {
  const folder = join(labsFolder, lab);
  return {
    folder,
    state: join(folder, "state.json"),
    key: join(folder, "key"),
    knownHosts: join(folder, "known_hosts"),
    packageProxy: {
      program: join(folder, "package-proxy.py"),
      settings: join(folder, "package-proxy.json"),
      log: join(folder, "package-proxy.log"),
    },
    wireProgram: join(folder, "wire.py"),
    switch: `${namespacePrefix(lab)}switch`,
    machineLink: `cozy-${lab}`,
    cgroup: `cozy-lab-${lab}`,
  };
}

export function hostLayout(lab: string, host: string): HostLayout {
  const { cgroup } = labLayout(lab);
  const folder = join(labsFolder, lab, "hosts", host);
  const disk = join(folder, "disk");
  return {
    folder,
    disk,
    upper: join(disk, "upper"),
    work: join(disk, "work"),
    root: join(folder, "root"),
    console: join(folder, "console.log"),
    network: `${namespacePrefix(lab)}host.${host}`,
    port: host,
    wireEnd: `${host}.w`,
    bridgeEnd: `${host}.b`,
    cgroup: join(cgroup, `host.${host}`),
    wireCgroup: join(cgroup, `wire.${host}`),
    wireLog: join(folder, "wire.log"),
  };
}

/** What all network namespaces of a lab begin with, and none of another's: a lab's name has no full stop. */
export function namespacePrefix(lab: string): string {
  return `cozy-lab-${lab}.`;
}

/** Networks set aside for measuring devices (RFC 2544): no office and no VPN has them. */
export const networkCount = 255;

export function networkOf(index: number): string {
  return `198.18.${index}`;
}

/** The machine's own address in the lab. */
export function machineAddress(network: number): string {
  return `${networkOf(network)}.1`;
}

/** Hosts are numbered from 0 on. */
export function hostAddress(network: number, host: number): string {
  return `${networkOf(network)}.${host + 11}`;
}

/** More would not find room in the network. */
export const mostHosts = 200;

export const packageProxyPort = 3142;
