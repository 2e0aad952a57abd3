import type { PlannedOperation } from "../release/plan.ts";
import { messageOf } from "../errors/cozy-error.ts";
import { withDeadline } from "../shared/deadline.ts";
import { codeOf } from "./operation.ts";
import { backwards, reversiblePhases, wantsUndo } from "./plan-progress.ts";
import { contextFor, reach, type Run } from "./run.ts";
import { walk, type OperationFailure } from "./walk.ts";

/** Undoes every operation that was begun, the last first. One that can't be undone keeps none of the others from it. */
export async function takeBack<World>(run: Run<World>, reason: string): Promise<OperationFailure[]> {
  const failures: OperationFailure[] = [];
  run.emit({ type: "undo-started", at: run.engine.now(), reason });
  for (const phase of backwards(reversiblePhases(run.plan))) {
    const begun = phase.operations.filter(
      (operation) => wantsUndo(run.progress, operation) && changesAnything(run, operation),
    );
    const goesOn = () => !run.backward.aborted;
    failures.push(
      ...(await walk(begun, goesOn, (operation) => undo(run, operation), run.engine.parallelHosts)),
    );
  }
  return failures;
}

async function undo<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const { id } = operation;
  const { now, hold } = run.engine;
  const startedAt = now();
  try {
    await hold.confirm();
    await run.recordIfPossible({ event: "undo-started", operation: id });
    run.emit({ type: "operation-undoing", at: startedAt, operation: id });
    await reach(run, "before", operation, "undo");
    await undoWithinDeadline(run, operation);
    await reach(run, "after", operation, "undo");
    await run.recordIfPossible({ event: "undone", operation: id });
    run.emit({ type: "operation-undone", at: now(), operation: id, durationMs: now() - startedAt });
  } catch (error) {
    const message = messageOf(error);
    await run.recordIfPossible({ event: "undo-failed", operation: id, message });
    run.emit({ type: "undo-failed", at: now(), operation: id, message });
    throw error;
  }
  await reach(run, "recorded", operation, "undo");
}

/** What leaves nothing that would have to go has no undo. */
function changesAnything<World>(run: Run<World>, operation: PlannedOperation): boolean {
  return codeOf(run.engine.kinds, operation).undo !== undefined;
}

async function undoWithinDeadline<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const code = codeOf(run.engine.kinds, operation);
  const { input, title } = operation;
  const deadlineMs = code.undoDeadlineMs?.(input) ?? code.deadlineMs(input);
  await withDeadline(
    run.backward,
    deadlineMs,
    `Taking back "${title}" on ${operation.host}`,
    async (signal) => code.undo?.(input, contextFor(run, operation, signal)),
  );
}
