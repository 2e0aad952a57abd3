import type { Emit, Served } from "../events/event.ts";
import type { PlannedOperation } from "../release/plan.ts";
import type { Hold } from "./hold-lease.ts";
import type { Interrupt } from "./interrupt.ts";
import type { JournalStore } from "./journal-store.ts";
import type { LaneRunner } from "./lane.ts";
import type { OperationKinds } from "./operation.ts";

/** All that carrying out a plan needs from outside. */
export interface Engine<World> {
  readonly kinds: OperationKinds<World>;
  /** What an operation acts on; a caller that wants to see the effects of each gives each a world of its own. */
  worldFor(operation: PlannedOperation): World;
  readonly hold: Pick<Hold, "token" | "lost" | "confirm">;
  readonly journals: JournalStore;
  readonly interrupt: Interrupt;
  readonly emit: Emit;
  readonly now: () => number;
  /** What every host serves, read back from it; told at the end, whatever the outcome. */
  served(signal: AbortSignal): Promise<readonly Served[]>;
  /** How many hosts work at the same time; stays under sshd's MaxStartups. */
  readonly parallelHosts?: number;
  /** Hosts that carry operations out by themselves, many in one round trip; everything is carried out from here where absent. */
  readonly lanes?: Lanes | undefined;
  /** Called at every point at which a deployer may be killed; tests kill it there. */
  readonly onPoint?: OnPoint;
}

export interface Lanes {
  /** The kinds of operations that need nothing but their host. */
  readonly kinds: ReadonlySet<string>;
  of(host: string): LaneRunner | undefined;
}

/**
 * `before`: the start is in the journal, and nothing was done. `after`: it was done, and the journal does not know. `recorded`: it
 * does. Where inside the effects something shall happen, the caller wraps the world; `in` is that for operations that their host carries out
 * by itself: it has told that it began.
 */
export type Point = "before" | "in" | "after" | "recorded";

export type OnPoint = (point: Point, operation: string, direction: "run" | "undo") => void | Promise<void>;
