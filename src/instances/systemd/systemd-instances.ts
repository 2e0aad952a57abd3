import { lstatSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CozyError } from "../../errors/cozy-error.ts";
import { instanceUnit, type ServerLayout } from "../../hosts/server-layout.ts";
import { pause } from "../../shared/pause.ts";
import { isSelected, type InstanceId, type InstanceSelection, type InstanceSpec } from "../instance.ts";
import type { InstanceStatus, KilledInstance } from "../instance.ts";
import type { Instances } from "../instances.ts";
import {
  forgetInstance,
  keepInstance,
  layInstance,
  readIfThere,
  readInstances,
  retireInstance,
  type KeptInstance,
} from "./instance-folders.ts";
import { instanceStatus, isDown, isGone, isMissing } from "./instance-status.ts";
import { knownUnits, type KnownUnits } from "./known-units.ts";
import { parseLastEnd } from "./last-end.ts";
import { orderControl } from "./order-control.ts";
import { ownMemory } from "./own-memory.ts";
import type { RunProgram } from "./program.ts";
import { instanceFolder, runtimeFolder } from "./unit-names.ts";
import { parseUnitStates, showCommand, type UnitState } from "./unit-state.ts";

export interface SystemdParts {
  readonly layout: ServerLayout;
  readonly run: RunProgram;
  readonly now: () => number;
  /** Milliseconds since the machine was started, by the clock that nobody sets. */
  readonly sinceBootMs: () => number;
}

interface Parts extends SystemdParts {
  readonly known: KnownUnits;
}

/** The `Instances` port on a server's systemd, for who runs there as the deployer's user. */
export function systemdInstances(given: SystemdParts): Instances {
  const { layout } = given;
  const parts: Parts = { ...given, known: knownUnits(given.sinceBootMs) };
  const order = (words: readonly string[], signal: AbortSignal) =>
    orderControl(parts.run, layout, words, signal);

  return {
    async start(specs, signal) {
      signal.throwIfAborted();
      const asked = ({ spec }: KeptInstance) => specs.some(({ id }) => isSame(id, spec.id));
      const known = await keptAndSwept(parts, asked, signal);
      const wanted = specs.map((spec) => ({
        spec,
        before: known.find(({ kept }) => isSame(kept.spec.id, spec.id)),
      }));
      const fresh = wanted.filter(({ spec, before }) => !isAsWanted(spec, before));
      // A stop that was cut off has taken its place at boot from what runs on.
      const halfStopped = wanted.filter((one) => !fresh.includes(one) && !isStartedAtBoot(layout, one.spec));
      if (fresh.length + halfStopped.length === 0) return inOrder(specs, await statusesOf(parts, known));
      const others = fresh.filter(({ before }) => before?.kept.isEnding || (before && !isDown(before.unit)));
      if (others.length > 0) await order(["stop", ...units(layout, others)], signal);
      await Promise.all(fresh.map(({ spec }) => layInstance(layout, spec)));
      // A process that ends at once fails its very start; systemd tries again all the same, and its status tells.
      const fault = await order(["start", ...units(layout, [...fresh, ...halfStopped])], signal).then(
        () => undefined,
        systemdFault,
      );
      const started = inOrder(specs, await settled(parts, asked, signal));
      if (fault !== undefined && started.some(({ state }) => state === "stopped")) throw fault;
      return started;
    },

    async stop(select, signal) {
      signal.throwIfAborted();
      const selected = await find(layout, select);
      if (selected.length === 0) return [];
      const printed = await stopThere(parts, selected, signal);
      await Promise.all(selected.map(({ spec }) => forgetInstance(layout, spec.id)));
      return killedOnes(layout, selected, printed);
    },

    async retire(select, at, signal) {
      signal.throwIfAborted();
      if (at === undefined) {
        await Promise.all((await find(layout, select)).map(({ spec }) => keepInstance(layout, spec.id)));
        return;
      }
      const selected = (await swept(parts, signal)).filter(({ spec }) => isSelected(spec.id, select));
      if (selected.length === 0) return;
      await Promise.all(selected.map(({ spec }) => retireInstance(layout, spec.id, at)));
      const seconds = String(Math.max(0, Math.ceil(at / 1000)));
      await order(["retire", seconds, ...units(layout, selected)], signal);
    },

    async list(signal) {
      signal.throwIfAborted();
      return statusesOf(parts, await lookAt(parts, await readInstances(layout), signal));
    },
  };
}

/** What systemd could not do may still come; anything else is thrown on. */
function systemdFault(error: unknown): CozyError {
  if (error instanceof CozyError && error.code === "systemd-failed") return error;
  throw error;
}

/**
 * What has no unit has no process: that is how it is found after a start that the server was not set up for. Only a refusal is worth that
 * look, and root's program then did nothing at all.
 */
async function stopThere(
  parts: Parts,
  selected: readonly KeptInstance[],
  signal: AbortSignal,
): Promise<string> {
  const { layout, run } = parts;
  const stop = (some: readonly KeptInstance[]) =>
    orderControl(run, layout, ["stop", ...units(layout, some)], signal);
  try {
    return await stop(selected);
  } catch (error) {
    if (!(error instanceof CozyError) || error.code !== "control-refused") throw error;
    const missing = (await lookAt(parts, selected, signal)).filter(({ unit }) => isMissing(unit));
    if (missing.length === 0) throw error;
    const there = selected.filter(({ spec }) => !missing.some(({ kept }) => kept.spec === spec));
    return there.length === 0 ? "" : stop(there);
  }
}

interface Seen {
  readonly kept: KeptInstance;
  readonly unit: UnitState;
}

async function lookAt(
  parts: Parts,
  instances: readonly KeptInstance[],
  signal: AbortSignal,
): Promise<Seen[]> {
  const names = units(parts.layout, instances);
  const recalled = (await Promise.all(names.map((name) => parts.known.recall(name)))).flatMap(
    (state) => state ?? [],
  );
  const left = names.filter((name) => !recalled.some(({ unit }) => unit === name));
  const states = new Map([...recalled, ...(await shown(parts, left, signal))].map((one) => [one.unit, one]));
  return instances.flatMap((kept) => {
    const unit = states.get(instanceUnit(parts.layout.id, kept.spec.id));
    return unit === undefined ? [] : [{ kept, unit }];
  });
}

async function shown(
  { run, known }: Parts,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly UnitState[]> {
  if (names.length === 0) return [];
  const { stdout } = await run(showCommand(names), signal);
  const states = parseUnitStates(stdout);
  known.note(states);
  return states;
}

/** Of those that are not gone. */
async function statusesOf(parts: Parts, seen: readonly Seen[]): Promise<InstanceStatus[]> {
  const { layout, now, sinceBootMs } = parts;
  const bootedAt = now() - sinceBootMs();
  const there = seen.filter(({ kept: { retireAt }, unit }) => !isGone({ retireAt, unit }));
  return Promise.all(
    there.map(async ({ kept: { spec, retireAt }, unit }) => {
      const [note, isBeforeCommand, memoryBytes] = await Promise.all([
        readIfThere(`${runtimeFolder(layout, spec.id)}/ended`),
        isStillStarting(layout, spec.id, unit),
        ownMemory(unit),
      ]);
      const lastExit = note === undefined ? undefined : parseLastEnd(note);
      const facts = { spec, retireAt, isBeforeCommand, lastExit, bootedAt };
      return instanceStatus({ ...facts, unit: { ...unit, memoryBytes } });
    }),
  );
}

/** As long as the process is the shell with the start script, the command is not there yet. */
async function isStillStarting(layout: ServerLayout, id: InstanceId, { pid }: UnitState): Promise<boolean> {
  if (pid === undefined) return false;
  const words = (await readIfThere(`/proc/${pid}/cmdline`))?.split("\0");
  return words?.[1] === `${instanceFolder(layout, id)}/start`;
}

/** How long a shell may take to become the command, on a machine that is busy. */
const settleMs = 3_000;

/** systemd is content as soon as the shell runs; whether the command could be started is known a few milliseconds later. */
async function settled(
  parts: Parts,
  asked: (one: KeptInstance) => boolean,
  signal: AbortSignal,
): Promise<readonly InstanceStatus[]> {
  const until = parts.sinceBootMs() + settleMs;
  const instances = (await readInstances(parts.layout)).filter(asked);
  for (;;) {
    const all = await statusesOf(parts, await lookAt(parts, instances, signal));
    if (all.every(({ state }) => state !== "starting") || parts.sinceBootMs() > until) return all;
    await pause(5, signal);
  }
}

function inOrder(specs: readonly InstanceSpec[], all: readonly InstanceStatus[]): InstanceStatus[] {
  return specs.flatMap((spec) => all.find(({ id }) => isSame(id, spec.id)) ?? []);
}

/**
 * Those that were asked for and are here, none of them retired any more. That is decided before they are looked at: one whose time comes
 * in between would be taken for running, and end. The same look finds whose retirement has come.
 */
async function keptAndSwept(
  parts: Parts,
  asked: (one: KeptInstance) => boolean,
  signal: AbortSignal,
): Promise<Seen[]> {
  const all = await readInstances(parts.layout);
  const kept = await Promise.all(
    all.filter(asked).map(async (one) => {
      if (one.retireAt === undefined) return one;
      const how = await keepInstance(parts.layout, one.spec.id);
      return how === "kept" ? { ...one, retireAt: undefined } : { ...one, isEnding: true };
    }),
  );
  const due = all.filter((one) => !asked(one) && isDue(parts, one));
  const seen = await lookAt(parts, [...kept, ...due], signal);
  await forgetGone(
    parts,
    seen.filter(({ kept: { spec } }) => due.some((one) => one.spec === spec)),
  );
  return seen.filter(({ kept: one }) => asked(one));
}

/** All that is here, after those whose retirement has come were forgotten; their folders hold variables. */
async function swept(parts: Parts, signal: AbortSignal): Promise<KeptInstance[]> {
  const all = await readInstances(parts.layout);
  const due = all.filter((one) => isDue(parts, one));
  const gone = await forgetGone(parts, await lookAt(parts, due, signal));
  return all.filter((one) => !gone.includes(one));
}

function isDue({ now }: SystemdParts, { retireAt }: KeptInstance): boolean {
  return retireAt !== undefined && retireAt <= now();
}

async function forgetGone({ layout }: SystemdParts, seen: readonly Seen[]): Promise<KeptInstance[]> {
  const gone = seen.filter(({ kept: { retireAt }, unit }) => isGone({ retireAt, unit }));
  await Promise.all(gone.map(({ kept: { spec } }) => forgetInstance(layout, spec.id)));
  return gone.map(({ kept }) => kept);
}

function isAsWanted(spec: InstanceSpec, before: Seen | undefined): boolean {
  if (before === undefined || before.kept.isEnding || isDown(before.unit)) return false;
  // What is not set is not there in a file.
  return isDeepStrictEqual(before.kept.spec, JSON.parse(JSON.stringify(spec)));
}

/** systemctl may tell what was so when systemd last read its files. */
function isStartedAtBoot(layout: ServerLayout, { id }: InstanceSpec): boolean {
  const link = join(layout.startedAtBoot, instanceUnit(layout.id, id));
  return lstatSync(link, { throwIfNoEntry: false }) !== undefined;
}

async function find(layout: ServerLayout, select: InstanceSelection): Promise<KeptInstance[]> {
  return (await readInstances(layout)).filter(({ spec }) => isSelected(spec.id, select));
}

function units(layout: ServerLayout, instances: readonly { readonly spec: InstanceSpec }[]): string[] {
  return instances.map(({ spec }) => instanceUnit(layout.id, spec.id));
}

function killedOnes(
  layout: ServerLayout,
  stopped: readonly KeptInstance[],
  printed: string,
): KilledInstance[] {
  const killed = new Set(printed.split("\n").map((line) => line.replace(/^killed /, "")));
  return stopped
    .filter(({ spec }) => killed.has(instanceUnit(layout.id, spec.id)))
    .map(({ spec }) => ({ id: spec.id, afterMs: spec.stopTimeoutMs }));
}

function isSame(a: InstanceId, b: InstanceId): boolean {
  return a.release === b.release && a.type === b.type && a.index === b.index;
}
