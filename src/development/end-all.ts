import { setTimeout as after } from "node:timers/promises";
import type { DevProcess } from "./dev-process.ts";

export interface EndAll {
  readonly processes: readonly DevProcess[];
  /** The signal that asked cozy to end. */
  readonly signal: NodeJS.Signals;
  /** Aborted when it was asked a second time. */
  readonly atOnce: AbortSignal;
  /** Told once, when something takes its time. */
  readonly onSlow: (types: readonly string[]) => void;
  readonly slowMs?: number;
  readonly graceMs?: number;
}

const lookEveryMs = 20;

/** How long what a process has started may outlive it: a shell's background jobs, say, ignore a Ctrl-C. */
const orphansMs = 1_000;

/** Ends every process with all that it has started: asked first, then killed. Ends itself within the grace. */
export async function endAll(end: EndAll): Promise<void> {
  const { processes, atOnce, slowMs = 1_500, graceMs = 10_000 } = end;
  const left = () => processes.filter((process) => process.hasLeftovers);
  for (const process of processes) process.signalAll(end.signal);
  const since = performance.now();
  let told = false;
  const orphanedAt = new Map<DevProcess, number>();
  while (left().length > 0 && !atOnce.aborted && performance.now() - since < graceMs) {
    for (const process of left().filter(({ isUp }) => !isUp)) {
      const at = orphanedAt.get(process) ?? performance.now();
      orphanedAt.set(process, at);
      if (performance.now() - at > orphansMs) process.killAll();
    }
    if (!told && performance.now() - since > slowMs) {
      told = true;
      end.onSlow(left().map(({ planned }) => planned.type));
    }
    await after(lookEveryMs, undefined, { signal: atOnce }).catch(() => undefined);
  }
  for (const process of left()) process.killAll();
  for (let looks = 0; looks < 50 && left().length > 0; looks += 1) await after(lookEveryMs);
}
