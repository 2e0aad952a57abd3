import { homedir } from "node:os";
import { join } from "node:path";
import type { LabBalancer } from "./balancer-config.ts";
import { execCommand } from "./exec-command.ts";
import { hostNames } from "./host-names.ts";
import { labLayout } from "./lab-layout.ts";
import { balancerName, openLab, type HostState, type LabState } from "./lab-state.ts";
import { cutLink, healLink, slowLink } from "./link.ts";
import { madeBy } from "./made-by.ts";
import { makeLab, removeLab } from "./make-lab.ts";
import type { Slowness } from "./network-commands.ts";
import { cutPower, reboot } from "./power.ts";
import { checkMachine, thisMachine } from "./requirements.ts";
import { tryProgram, type ProgramOptions, type ProgramResult } from "./run-program.ts";
import { unknownHost } from "./unknown-host.ts";

export interface LabOptions {
  readonly name: string;
  /** How many, which are then host1, host2 and so on; or their names. */
  readonly hosts: number | readonly string[];
  /** A host more, which spreads requests over those that answer this path with 200. */
  readonly balancer?: LabBalancer | undefined;
  readonly diskBytes?: number | undefined;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
  readonly tell?: (what: string) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LabHost {
  readonly name: string;
  readonly address: string;
  /** `ssh-ed25519 …`, to pin it. */
  readonly hostKey: string;
}

/** A lab that is up, and what can be done to its hosts. Without a signal a call ends by its own deadlines. */
export interface Lab {
  readonly name: string;
  /** Without the balancer. */
  readonly hosts: readonly LabHost[];
  readonly balancer: LabHost | undefined;
  /** The private key that logs in as root everywhere. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** As root, from the machine and not over the network; the words arrive as they are. */
  exec(host: string, command: readonly string[], options?: ProgramOptions): Promise<ProgramResult>;
  cut(host: string): Promise<void>;
  heal(host: string): Promise<void>;
  slow(host: string, slowness: Slowness): Promise<void>;
  kill(host: string): Promise<void>;
  /** Also boots one that was killed; its disk is kept. Ends when it answers as an SSH server again. */
  reboot(host: string): Promise<void>;
  /** Takes all of it away; may be called again. */
  down(): Promise<void>;
}

const usualDiskBytes = 4 * 1024 ** 3;
/** Also where the signal has been aborted: what is there must go. */
const downTimeoutMs = 60_000;
const lifetimeMs = 2 ** 31 - 1;

/** Whoever calls it takes the lab down; where that was not done, `cozy lab status` says so. */
export async function labUp(options: LabOptions): Promise<Lab> {
  const env = options.env ?? process.env;
  checkMachine(thisMachine(env), "cozy lab up");
  const signal = options.signal ?? AbortSignal.timeout(lifetimeMs);
  const request = {
    name: options.name,
    hosts: hostNames(options.hosts),
    diskBytes: options.diskBytes ?? usualDiskBytes,
    balancer: options.balancer,
    madeBy: madeBy(env, process.cwd()),
    isHeld: true,
    cache: imagesFolder(env),
    now: options.now ?? Date.now,
    tell: options.tell ?? (() => undefined),
  };
  return openedLab(await makeLab(request, signal), request.cache, signal);
}

/** What can be done with a lab that is up. */
export function openedLab(lab: LabState, cache: string, signal: AbortSignal): Lab {
  const { name } = lab;
  const { key, knownHosts } = labLayout(name);
  const hostNow = async (host: string): Promise<HostState> => {
    const { hosts } = await openLab(name);
    const found = hosts.find((one) => one.name === host);
    if (found === undefined) throw unknownHost(name, host, hosts);
    return found;
  };
  const all = lab.hosts.map((host): LabHost => ({
    name: host.name,
    address: host.address,
    hostKey: host.hostKey ?? "",
  }));
  return {
    name,
    hosts: all.filter((host) => host.name !== balancerName),
    balancer: all.find((host) => host.name === balancerName),
    keyFile: key,
    knownHostsFile: knownHosts,
    exec: async (host, command, options) =>
      tryProgram(await execCommand(name, (await hostNow(host)).name, command), signal, options),
    cut: async (host) => cutLink(name, (await hostNow(host)).name, signal),
    heal: async (host) => healLink(name, await hostNow(host), signal),
    slow: async (host, slowness) => slowLink(name, await hostNow(host), slowness, signal),
    kill: async (host) => cutPower(name, (await hostNow(host)).name, signal),
    reboot: async (host) => reboot(name, await hostNow(host), signal),
    down: async () => void (await removeLab(name, cache, AbortSignal.timeout(downTimeoutMs))),
  };
}

/** Where the images that hosts boot from are kept. */
export function imagesFolder(
  env: Readonly<Record<string, string | undefined>>,
  homeFolder = env["HOME"] ?? homedir(),
): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homeFolder, ".cache"), "cozy", "lab");
}
