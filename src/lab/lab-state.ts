import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { isAlive } from "../instances/process-identity.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { labLayout, labsFolder, labsLock } from "./lab-layout.ts";

const slowness = z.object({ delayMs: z.number(), lossPercent: z.number(), by: z.enum(["netem", "wire"]) });

const hostState = z.object({
  name: z.string(),
  address: z.string(),
  /** `ssh-ed25519 …`, as OpenSSH writes it; absent until it has been made. */
  hostKey: z.optional(z.string()),
  cut: z.boolean(),
  slow: z.optional(slowness),
});

const labState = z.object({
  format: z.literal(1),
  name: z.string(),
  /** A lab whose maker has ended before it was up is none: the next command takes away what there is. */
  phase: z.enum(["being-made", "up"]),
  maker: z.object({ pid: z.number(), mark: z.string() }),
  /** Whether the maker is a program that takes it down again; else it stays until somebody does. */
  heldByMaker: z.optional(z.boolean()),
  /** Absent where an earlier cozy made it. */
  madeBy: z.optional(z.object({ user: z.string(), folder: z.string() })),
  createdAt: z.number(),
  network: z.number(),
  image: z.optional(z.string()),
  diskBytes: z.number(),
  balancer: z.optional(
    z.object({ readyPath: z.string(), everyMs: z.number(), endsTls: z.optional(z.boolean()) }),
  ),
  hosts: z.array(hostState),
});

export type LabState = Readonly<z.infer<typeof labState>>;
export type HostState = Readonly<z.infer<typeof hostState>>;

export const balancerName = "balancer";

export async function readLab(lab: string): Promise<LabState | undefined> {
  const { state } = labLayout(lab);
  const text = await readFile(state, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = labState.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new CozyError("lab-of-another-version", {
    message: `What is written of the lab ${lab} is nothing that this version of cozy can read: ${state}.`,
    state: "Its hosts were not touched.",
    next: `cozy lab down --name ${lab}`,
  });
}

export async function writeLab(state: LabState): Promise<void> {
  const { folder, state: file } = labLayout(state.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeAtomically(file, `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Changes one host of a lab; commands for other hosts may come at the same time. */
export async function changeHost(
  lab: string,
  host: string,
  change: (before: HostState) => HostState,
): Promise<void> {
  await underLabsLock(async () => {
    const state = await openLab(lab);
    const hosts = state.hosts.map((one) => (one.name === host ? change(one) : one));
    await writeLab({ ...state, hosts });
  });
}

/** All that has a folder, whatever stands in it. */
export async function labNames(): Promise<readonly string[]> {
  try {
    const entries = await readdir(labsFolder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** A lab that is up. */
export async function openLab(lab: string): Promise<LabState> {
  const state = await readLab(lab);
  if (state === undefined) {
    const others = await labNames();
    throw new CozyError("lab-not-there", {
      message: `There is no lab named ${lab} on this machine.`,
      details: others.map((name) => `There is one named ${name}.`),
      next: "cozy lab up",
    });
  }
  if (state.phase === "being-made") throw beingMade(state);
  return state;
}

export function beingMade({ name, maker }: LabState): CozyError {
  return new CozyError("lab-being-made", {
    message: `The lab ${name} is being made by process ${maker.pid}.`,
    next: "cozy lab status",
  });
}

/** Left by a maker that was killed. */
export function isAbandoned(state: LabState | undefined): boolean {
  return state === undefined || (state.phase === "being-made" && !isAlive(state.maker));
}

const lockWaitMs = 30_000;

export async function underLabsLock<T>(action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(labsLock), { recursive: true, mode: 0o755 });
  const lock = await exclusiveLock(labsLock, lockWaitMs);
  if (lock === undefined) {
    throw new CozyError("lab-being-made", {
      message: "Another command has been changing labs on this machine for half a minute.",
      next: "cozy lab status",
    });
  }
  try {
    return await action();
  } finally {
    lock.release();
  }
}
