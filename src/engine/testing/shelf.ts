import type { CozyEvent } from "../../events/event.ts";
import type { Engine } from "../engine.ts";
import type { Interrupt } from "../interrupt.ts";
import type { Operation } from "../operation.ts";
import type { PlannedOperation } from "../../release/plan.ts";
import { memoryJournals } from "./memory-journals.ts";

/** The world of tests: a shelf that operations put their id on and take it off again. It remembers what was done to it. */
export interface Shelf {
  readonly things: Set<string>;
  readonly done: string[];
  /** Called inside every effect: to fail, to wait, to be interrupted. */
  inside?: (act: "run" | "undo", id: string, signal: AbortSignal) => Promise<void> | void;
}

export function newShelf(): Shelf {
  return { things: new Set(), done: [] };
}

type Put = { readonly id: string };

export const put: Operation<Put, Shelf> = {
  kind: "put",
  deadlineMs: () => 2_000,
  run: async ({ id }, { world, signal }) => {
    world.done.push(`run ${id}`);
    world.things.add(id);
    await world.inside?.("run", id, signal);
    return `put ${id}`;
  },
  verify: async ({ id }, { world }) => world.things.has(id),
  undo: async ({ id }, { world, signal }) => {
    world.done.push(`undo ${id}`);
    await world.inside?.("undo", id, signal);
    world.things.delete(id);
  },
};

export function neverInterrupted(): Interrupt {
  return { gently: new AbortController().signal, atOnce: new AbortController().signal };
}

/** An engine over a shelf, with everything that a test does not care about filled in. */
export function engineOver(
  shelf: Shelf,
  more: Partial<Engine<Shelf>> = {},
): Engine<Shelf> & { readonly events: CozyEvent[] } {
  const events: CozyEvent[] = [];
  let clock = Date.UTC(2026, 10, 24, 13);
  return {
    kinds: { put },
    worldFor: (_operation: PlannedOperation) => shelf,
    hold: { token: 1, lost: new AbortController().signal, confirm: async () => {} },
    journals: memoryJournals(),
    interrupt: neverInterrupted(),
    emit: (event) => events.push(event),
    now: () => (clock += 10),
    served: async () => [{ host: "host", release: shelf.things.size > 0 ? "new" : "old" }],
    events,
    ...more,
  };
}
