import { join } from "node:path";
import { readlink } from "node:fs/promises";
import { readIfThere } from "./instance-folders.ts";
import type { UnitState } from "./unit-state.ts";

/** What systemd has told of units that run, for as long as the kernel shows the same life of each. */
export interface KnownUnits {
  /** What was told of the unit a moment ago, if that still holds; else systemd is to be asked. */
  recall(unit: string): Promise<UnitState | undefined>;
  note(states: readonly UnitState[]): void;
}

/** Where the kernel and systemd show what runs. */
export interface Shown {
  /** The control groups, each with the processes in it. */
  readonly groups: string;
  /** A link `invocation:<unit>` for each unit that runs: it names the life that the unit is in. */
  readonly units: string;
}

const shownHere: Shown = { groups: "/sys/fs/cgroup", units: "/run/systemd/units" };

/** A unit that somebody has told to end runs on for a while, which only systemd knows. */
const knownForMs = 5_000;

/**
 * Three small files take the place of a program that is started and of what systemd computes for it, which together cost a host some
 * 20 ms each time. `sinceBootMs` is the clock that nobody sets.
 */
export function knownUnits(sinceBootMs: () => number, shown = shownHere): KnownUnits {
  const told = new Map<string, { readonly state: UnitState; readonly at: number }>();
  return {
    async recall(unit) {
      const known = told.get(unit);
      if (known === undefined || sinceBootMs() - known.at > knownForMs) return undefined;
      return stillSo(known.state, shown);
    },
    note(states) {
      const at = sinceBootMs();
      for (const state of states) told.set(state.unit, { state, at });
    },
  };
}

/** The same life, with the same main process in it: then neither what it is nor how often it was started has changed. */
async function stillSo(state: UnitState, { groups, units }: Shown): Promise<UnitState | undefined> {
  const { active, sub, unit, pid, invocation, controlGroup } = state;
  if (active !== "active" || sub !== "running") return undefined;
  if (pid === undefined || invocation === undefined || controlGroup === undefined) return undefined;
  const [life, processes, memory] = await Promise.all([
    readlink(join(units, `invocation:${unit}`)).catch(() => undefined),
    readIfThere(join(groups, controlGroup, "cgroup.procs")),
    readIfThere(join(groups, controlGroup, "memory.current")),
  ]);
  if (life !== invocation || processes?.split("\n").includes(String(pid)) !== true) return undefined;
  return memory === undefined ? state : { ...state, memoryBytes: Number(memory) };
}
