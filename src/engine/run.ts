import type { CozyEvent } from "../events/event.ts";
import type { Plan, PlannedOperation } from "../release/plan.ts";
import { messageOf } from "../errors/cozy-error.ts";
import type { Engine, Point } from "./engine.ts";
import type { OpenJournal } from "./journal-store.ts";
import type { OperationContext } from "./operation.ts";
import type { OperationState } from "./plan-progress.ts";
import { runJournal, type RunJournal } from "./run-journal.ts";

/** A plan on its way: what all that carry it out share. */
export interface Run<World> {
  readonly plan: Plan;
  readonly engine: Engine<World>;
  readonly journalName: string;
  readonly startedAt: number;
  readonly progress: Map<string, OperationState>;
  /** Aborts what goes forward: an interrupt, or one of the reasons below. */
  readonly forward: AbortSignal;
  /** Aborts what goes back as well: the lease was lost, or the user wants out at once. Nothing is written any more either. */
  readonly backward: AbortSignal;
  readonly journal: RunJournal;
  emit(event: CozyEvent): void;
  /** Nothing is told or written after this. */
  end(last: CozyEvent): Promise<void>;
}

export function newRun<World>(
  plan: Plan,
  journal: OpenJournal,
  progress: Map<string, OperationState>,
  engine: Engine<World>,
  announced: readonly PlannedOperation[] = [],
): Run<World> {
  const { interrupt, hold } = engine;
  const backward = AbortSignal.any([hold.lost, interrupt.atOnce]);
  let ended = false;
  const emit = (event: CozyEvent) => {
    if (!ended) engine.emit(event);
  };
  const written = runJournal({
    journal,
    progress,
    stopped: backward,
    onTrouble: (error) => emit({ type: "warning", at: engine.now(), message: messageOf(error) }),
    announced,
  });
  return {
    plan,
    engine,
    journalName: journal.name,
    startedAt: engine.now(),
    progress,
    forward: AbortSignal.any([interrupt.gently, backward]),
    backward,
    journal: written,
    emit,
    end: async (last) => {
      emit(last);
      ended = true;
      await written.close().catch(() => undefined);
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
  return {
    world: engine.worldFor(operation),
    signal,
    token: engine.hold.token,
    now: () => engine.now(),
    ...tellersOf(run, operation.id),
  };
}

type Tellers = Pick<OperationContext<unknown>, "progress" | "output" | "watched" | "warn" | "note">;

/** How an operation tells of itself. */
export function tellersOf<World>(run: Run<World>, operation: string): Tellers {
  const now = () => run.engine.now();
  const emit = (event: CozyEvent) => run.emit(event);
  const keep = (text: string) => void run.journal.recordIfPossible({ event: "note", operation, text });
  return {
    progress: (text) => emit({ type: "operation-progress", at: now(), operation, text }),
    output: (stream, line) => emit({ type: "operation-output", at: now(), operation, stream, line }),
    watched: (watch) => emit({ type: "canary-tick", at: now(), operation, watch }),
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

/** The phase that an operation of the plan belongs to. */
export function phaseOf(plan: Plan, id: string): string {
  return plan.phases.find((phase) => phase.operations.some((operation) => operation.id === id))?.name ?? "";
}
