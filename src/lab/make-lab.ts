import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { LabBalancer } from "./balancer-config.ts";
import { identify } from "../instances/process-identity.ts";
import { bootHost, makeDisk, putFiles, putLinks, type HostToBoot } from "./boot-host.ts";
import { cgroupRoot, makeCgroup } from "./cgroup.ts";
import { balancerFiles, balancerLinks, hostFiles } from "./host-files.ts";
import { imageRecipe } from "./image-recipe.ts";
import { ensureImage, removeUnfinishedImages } from "./image.ts";
import {
  hostAddress,
  hostLayout,
  labLayout,
  machineAddress,
  networkCount,
  packageProxyPort,
} from "./lab-layout.ts";
import {
  balancerName,
  beingMade,
  isAbandoned,
  labNames,
  readLab,
  underLabsLock,
  writeLab,
  type HostState,
  type LabState,
} from "./lab-state.ts";
import type { MadeBy } from "./made-by.ts";
import { inOrder, makerOf, type Maker } from "./maker.ts";
import { addressesIn, connectHost, makeNetwork } from "./network-commands.ts";
import { packageProxyPython } from "./package-proxy-python.ts";
import { packageSources, sourceAddresses } from "./package-sources.ts";
import { python } from "./python.ts";
import { runProgram } from "./run-program.ts";
import { startInCgroup } from "./start-in-cgroup.ts";
import { takeDown } from "./take-down.ts";
import { wirePython } from "./wire-python.ts";

export interface LabRequest {
  readonly name: string;
  /** Names of the hosts, each once. */
  readonly hosts: readonly string[];
  /** Room on each host's disk, which is memory of the machine as it is used. */
  readonly diskBytes: number;
  readonly balancer: LabBalancer | undefined;
  readonly madeBy: MadeBy;
  /** Whether this process is to take it down again, so that it is left behind where it has not. */
  readonly isHeld: boolean;
  /** Where the images are kept. */
  readonly cache: string;
  readonly now: () => number;
  readonly tell: (what: string) => void;
}

/** Makes a lab that is not there yet, or nothing: what a failure or an abort leaves is taken away before it is told. */
export async function makeLab(request: LabRequest, signal: AbortSignal): Promise<LabState> {
  await sweep(request.cache, signal);
  const entered = await enterLab(request, signal);
  try {
    return await build(request, entered, signal);
  } catch (error) {
    await removeLab(request.name, request.cache, AbortSignal.timeout(removeTimeoutMs));
    throw error;
  }
}

const removeTimeoutMs = 60_000;

/** Takes a lab away, alone among all commands that change labs. Gives whether there was anything of it. */
export async function removeLab(lab: string, cache: string, signal: AbortSignal): Promise<boolean> {
  return underLabsLock(async () => {
    const there = await takeDown(lab, signal);
    await removeUnfinishedImages(cache);
    return there;
  });
}

/** Takes away what makers that were killed have left, of whatever lab. */
export async function sweep(cache: string, signal: AbortSignal): Promise<readonly string[]> {
  return underLabsLock(async () => {
    const swept: string[] = [];
    for (const name of await labNames()) {
      // One of another version is not ours to judge.
      const state = await readLab(name).catch(() => "unreadable" as const);
      if (state === "unreadable" || !isAbandoned(state)) continue;
      await takeDown(name, signal);
      swept.push(name);
    }
    if (swept.length > 0) await removeUnfinishedImages(cache);
    return swept;
  });
}

/** From here on the name and the network are this lab's, and a later command knows what to take away. */
async function enterLab(request: LabRequest, signal: AbortSignal): Promise<LabState> {
  const maker = identify(process.pid);
  if (maker === undefined) throw new Error("this process can't tell what it is");
  const { name, diskBytes, balancer, isHeld, madeBy } = request;
  return underLabsLock(async () => {
    const before = await readLab(name);
    if (before !== undefined) throw before.phase === "up" ? thereAlready(name) : beingMade(before);
    const network = await freeNetwork(signal);
    const names = balancer === undefined ? request.hosts : [...request.hosts, balancerName];
    const hosts = names.map((host, index) => ({
      name: host,
      address: hostAddress(network, index),
      cut: false,
    }));
    const state = { format: 1, phase: "being-made", maker, createdAt: request.now() } as const;
    const lab = { ...state, name, heldByMaker: isHeld, madeBy, diskBytes, balancer, network, hosts };
    await writeLab(lab);
    return lab;
  });
}

function thereAlready(name: string): CozyError {
  return new CozyError("lab-there-already", {
    message: `There is a lab named ${name} on this machine already.`,
    state: "It was left as it is.",
    next: `cozy lab down --name ${name}   or give another name`,
  });
}

/** One that no lab has, and no device of the machine. */
async function freeNetwork(signal: AbortSignal): Promise<number> {
  const labs = await Promise.all((await labNames()).map((name) => readLab(name).catch(() => undefined)));
  const taken = new Set(labs.map((lab) => lab?.network));
  for (let network = 0; network < networkCount; network += 1) {
    if (taken.has(network)) continue;
    if ((await runProgram(addressesIn(network), signal)) === "") return network;
  }
  throw new CozyError("lab-no-network-free", {
    message: `All ${networkCount} networks for labs are in use on this machine.`,
    next: "cozy lab status",
  });
}

async function build(request: LabRequest, entered: LabState, signal: AbortSignal): Promise<LabState> {
  const { tell, cache } = request;
  const cgroups = await cgroupRoot();
  const maker = await makerOf(entered.name, cgroups, signal);
  const sources = await packageSources(signal);
  const recipe = imageRecipe(sources);
  const image = await ensureImage({ cache, recipe, sources, maker, tell }, signal);
  tell("making the network");
  const { key, wireProgram, knownHosts } = labLayout(entered.name);
  await writeFile(wireProgram, wirePython, { mode: 0o600 });
  await maker.run([
    "ssh-keygen",
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    `cozy lab ${entered.name}`,
    "-f",
    key,
  ]);
  await inOrder(maker, makeNetwork(entered.name, entered.network));
  await startPackageProxy(entered, cgroups, image, sources.proxy);
  tell("booting the hosts");
  const hosts = await allOrNone(signal, (one) =>
    entered.hosts.map((host) => makeHost(entered, host, image, maker, one)),
  );
  await writeFile(knownHosts, hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`).join(""), {
    mode: 0o600,
  });
  const lab: LabState = { ...entered, phase: "up", image, hosts: [...hosts] };
  await underLabsLock(() => writeLab(lab));
  return lab;
}

/** What still goes on when one fails must have ended before anything is taken away. */
async function allOrNone<T>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => readonly Promise<T>[],
): Promise<readonly T[]> {
  const failed = new AbortController();
  const running = start(AbortSignal.any([signal, failed.signal]));
  try {
    return await Promise.all(running);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}

async function startPackageProxy(
  { name, network }: LabState,
  cgroups: string,
  image: string,
  upstream: string | undefined,
): Promise<void> {
  const { packageProxy, cgroup } = labLayout(name);
  const settings = {
    address: machineAddress(network),
    port: packageProxyPort,
    sources: sourceAddresses(await readFile(join(image, "etc/apt/sources.list"), "utf8")),
    upstream: upstream ?? null,
  };
  await writeFile(packageProxy.program, packageProxyPython, { mode: 0o600 });
  await writeFile(packageProxy.settings, JSON.stringify(settings), { mode: 0o600 });
  const command = [python(), packageProxy.program, packageProxy.settings];
  await startInCgroup(await makeCgroup(cgroups, join(cgroup, "package-proxy")), command, packageProxy.log);
}

async function makeHost(
  lab: LabState,
  host: HostState,
  image: string,
  maker: Maker,
  signal: AbortSignal,
): Promise<HostState> {
  const toBoot: HostToBoot = { lab: lab.name, name: host.name, address: host.address };
  const { folder } = hostLayout(lab.name, host.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const hostKey = await makeHostKey(folder, host.name, maker);
  await makeDisk(toBoot, image, lab.diskBytes, maker);
  const machineId = randomBytes(16).toString("hex");
  const authorizedKey = await readFile(`${labLayout(lab.name).key}.pub`, "utf8");
  await putFiles(
    toBoot,
    hostFiles({ name: host.name, machineId, network: lab.network, hosts: lab.hosts, authorizedKey, hostKey }),
  );
  if (lab.balancer !== undefined && host.name === balancerName) {
    const hosts = lab.hosts.filter(({ name }) => name !== balancerName);
    await putFiles(toBoot, balancerFiles({ hosts, ...lab.balancer }));
    await putLinks(toBoot, balancerLinks);
  }
  await inOrder(maker, connectHost(lab.name, host, lab.network));
  await bootHost(toBoot, maker.cgroups, signal);
  return { ...host, hostKey: hostKey.public.trim().split(" ").slice(0, 2).join(" ") };
}

async function makeHostKey(folder: string, name: string, maker: Maker) {
  const file = join(folder, "host-key");
  await maker.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", `root@${name}`, "-f", file]);
  return { private: await readFile(file, "utf8"), public: await readFile(`${file}.pub`, "utf8") };
}
