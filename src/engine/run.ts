import type { CozyEvent } from "../events/event.ts";
import type { Plan, PlannedOperation } from "../release/plan.ts";
import { messageOf } from "../errors/cozy-error.ts";
import type { Engine, Point } from "./engine.ts";
import type { JournalEvent } from "./journal.ts";
import type { OpenJournal } from "./journal-store.ts";
import type { OperationContext } from "./operation.ts";
import { note, type OperationState, type PlanProgress } from "./plan-progress.ts";

/** A plan on its way: what all that carry it out share. */
export interface Run<World> {
  readonly plan: Plan;
  readonly engine: Engine<World>;
  readonly journalName: string;
  readonly startedAt: number;
  readonly progress: PlanProgress;
  /** Aborts what goes forward: an interrupt, or one of the reasons below. */
  readonly forward: AbortSignal;
  /** Aborts what goes back as well: the lease was lost, or the user wants out at once. Nothing is written any more either. */
  readonly backward: AbortSignal;
  /** Resolves when it is on the disk. */
  record(event: JournalEvent): Promise<void>;
  /** Undoing goes on where the journal can't be written any more; whoever aborts after a crash undoes the same again. */
  recordIfPossible(event: JournalEvent): Promise<void>;
  emit(event: CozyEvent): void;
  /** Nothing is told or written after this. */
  end(last: CozyEvent): Promise<void>;
}

export function newRun<World>(
  plan: Plan,
  journal: OpenJournal,
  progress: Map<string, OperationState>,
  engine: Engine<World>,
): Run<World> {
  const { interrupt, hold } = engine;
  const backward = AbortSignal.any([hold.lost, interrupt.atOnce]);
  let ended = false;
  let toldTrouble = false;
  const emit = (event: CozyEvent) => {
    if (!ended) engine.emit(event);
  };
  const record = async (event: JournalEvent) => {
    backward.throwIfAborted();
    await journal.record(event);
    note(progress, event);
  };
  return {
    plan,
    engine,
    journalName: journal.name,
    startedAt: engine.now(),
    progress,
    forward: AbortSignal.any([interrupt.gently, backward]),
    backward,
    record,
    recordIfPossible: async (event) => {
      if (backward.aborted) return;
      try {
        await record(event);
      } catch (error) {
        note(progress, event);
        if (!toldTrouble) emit({ type: "warning", at: engine.now(), message: messageOf(error) });
        toldTrouble = true;
      }
    },
    emit,
    end: async (last) => {
      await journal.close().catch(() => undefined);
      emit(last);
      ended = true;
    },
  };
}

export async function reach<World>(
  run: Run<World>,
  point: Point,
  operation: PlannedOperation,
  direction: "run" | "undo",
): Promise<void> {
  await run.engine.onPoint?.(point, operation.id, direction);
}

export function contextFor<World>(
  run: Run<World>,
  operation: PlannedOperation,
  signal: AbortSignal,
): OperationContext<World> {
  const { engine } = run;
  const now = () => engine.now();
  const emit = (event: CozyEvent) => run.emit(event);
  const keep = (text: string) => void run.recordIfPossible({ event: "note", operation: operation.id, text });
  return {
    world: engine.worldFor(operation),
    signal,
    token: engine.hold.token,
    now,
    progress: (text) => emit({ type: "operation-progress", at: now(), operation: operation.id, text }),
    output: (stream, line) =>
      emit({ type: "operation-output", at: now(), operation: operation.id, stream, line }),
    watched: (watch) => emit({ type: "canary-tick", at: now(), operation: operation.id, watch }),
    warn: (message) => {
      emit({ type: "warning", at: now(), message });
      keep(message);
    },
    note: (message) => {
      emit({ type: "note", at: now(), message });
      keep(message);
    },
  };
}
