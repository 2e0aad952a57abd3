import type { PlannedOperation } from "../release/plan.ts";
import { messageOf } from "../errors/cozy-error.ts";
import { withDeadline } from "../shared/deadline.ts";
import { laneFor, stepsOf, takeLaneBack } from "./attempt-lane.ts";
import type { LaneRunner } from "./lane.ts";
import { codeOf, deadlineOf } from "./operation.ts";
import { backwards, reversiblePhases, wantsUndo } from "./plan-progress.ts";
import { errorOf } from "./run-lane.ts";
import { contextFor, reach, type Run } from "./run.ts";
import { walk, type OperationFailure } from "./walk.ts";

/**
 * Undoes every operation that was begun, the last phase first and all hosts of it side by side. One that can't be undone keeps none of the
 * others from it; neither does a host that can't be reached, which is not waited for in every phase anew.
 */
export async function takeBack<World>(
  run: Run<World>,
  reason: string,
  without: ReadonlySet<string> = new Set(),
): Promise<OperationFailure[]> {
  const failures: OperationFailure[] = [];
  const silent: Silent = new Map();
  run.emit({ type: "undo-started", at: run.engine.now(), reason });
  for (const phase of backwards(reversiblePhases(run.plan))) {
    const begun = phase.operations.filter(
      (operation) =>
        wantsUndo(run.progress, operation) && changesAnything(run, operation) && !without.has(operation.host),
    );
    const undone = await walk(begun, {
      goesOn: () => !run.backward.aborted,
      steps: stepsOf(run),
      work: (step) => undoStep(run, step, silent),
      parallelHosts: run.engine.parallelHosts,
    });
    failures.push(...undone);
  }
  return failures;
}

/** Hosts that carry operations out by themselves and did not report, with what kept them from it. */
type Silent = Map<string, { readonly error: unknown }>;

async function undoStep<World>(
  run: Run<World>,
  step: readonly PlannedOperation[],
  silent: Silent,
): Promise<OperationFailure[]> {
  const [first] = step;
  if (first === undefined) return [];
  const before = silent.get(first.host);
  if (before !== undefined) return untouched(run, step, before.error);
  const lane = laneFor(run, first);
  if (lane !== undefined) return undoLane(run, lane, step, silent);
  try {
    await undo(run, first);
    return [];
  } catch (error) {
    return [{ operation: first, error }];
  }
}

async function undo<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const startedAt = run.engine.now();
  try {
    await confirmIfPossible(run);
    await beginUndo(run, operation);
    await reach(run, "before", operation, "undo");
    await undoWithinDeadline(run, operation);
    await reach(run, "after", operation, "undo");
    await endUndo(run, operation, run.engine.now() - startedAt);
  } catch (error) {
    await tellUndoFailed(run, operation, error);
    throw error;
  }
}

/** Its host takes it back by itself; where the connection is lost nobody knows how far it came, so all that it did not tell of failed. */
async function undoLane<World>(
  run: Run<World>,
  lane: LaneRunner,
  operations: readonly PlannedOperation[],
  silent: Silent,
): Promise<OperationFailure[]> {
  await Promise.all(
    operations.map(async (operation) => {
      await beginUndo(run, operation);
      await reach(run, "before", operation, "undo");
    }),
  );
  const { ends, error } = await takeLaneBack(run, lane, operations);
  const [first] = operations;
  if (error !== undefined && first !== undefined) silent.set(first.host, { error });
  const failures: OperationFailure[] = [];
  for (const operation of operations) {
    const end = ends.get(operation.id);
    if (end !== undefined && end.failure === undefined) {
      await endUndo(run, operation, end.durationMs);
      continue;
    }
    const why = end?.failure === undefined ? (error ?? run.backward.reason) : errorOf(end.failure);
    await tellUndoFailed(run, operation, why);
    failures.push({ operation, error: why });
  }
  return failures;
}

/** Left for an abort, once the host is back: what it did before these may stand on them. */
async function untouched<World>(
  run: Run<World>,
  operations: readonly PlannedOperation[],
  error: unknown,
): Promise<OperationFailure[]> {
  for (const operation of operations) await tellUndoFailed(run, operation, error);
  return operations.map((operation) => ({ operation, error }));
}

/**
 * Only a lease that is another's ends the undoing. Where it can't be read, it can't be taken by anyone either; and every host keeps a
 * deployer off by its own fence.
 */
async function confirmIfPossible<World>({ engine, backward }: Run<World>): Promise<void> {
  try {
    await engine.hold.confirm();
  } catch {
    backward.throwIfAborted();
  }
}

async function beginUndo<World>(run: Run<World>, { id }: PlannedOperation): Promise<void> {
  // Whatever it comes to, an abort would undo it again: nothing has to wait for this to be on the disk.
  void run.journal.recordIfPossible({ event: "undo-started", operation: id });
  run.emit({ type: "operation-undoing", at: run.engine.now(), operation: id });
}

async function endUndo<World>(
  run: Run<World>,
  operation: PlannedOperation,
  durationMs: number,
): Promise<void> {
  const { id } = operation;
  const { engine } = run;
  const written = run.journal.recordIfPossible({ event: "undone", operation: id });
  if (engine.onPoint !== undefined) await written;
  run.emit({ type: "operation-undone", at: engine.now(), operation: id, durationMs });
  await reach(run, "recorded", operation, "undo");
}

async function tellUndoFailed<World>(
  run: Run<World>,
  { id }: PlannedOperation,
  error: unknown,
): Promise<void> {
  const message = messageOf(error);
  await run.journal.recordIfPossible({ event: "undo-failed", operation: id, message });
  run.emit({ type: "undo-failed", at: run.engine.now(), operation: id, message });
}

/** What leaves nothing that would have to go has no undo. */
function changesAnything<World>(run: Run<World>, operation: PlannedOperation): boolean {
  return codeOf(run.engine.kinds, operation).undo !== undefined;
}

async function undoWithinDeadline<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const code = codeOf(run.engine.kinds, operation);
  const { input, title } = operation;
  await withDeadline(
    run.backward,
    deadlineOf(code, input, "undo"),
    `Taking back "${title}" on ${operation.host}`,
    async (signal) => code.undo?.(input, contextFor(run, operation, signal)),
  );
}
