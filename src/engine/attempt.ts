import type { PlannedOperation } from "../release/plan.ts";
import { withDeadline } from "../shared/deadline.ts";
import { attemptLane, laneFor } from "./attempt-lane.ts";
import { codeOf } from "./operation.ts";
import { contextFor, phaseOf, reach, type Run } from "./run.ts";
import { tellFailure } from "./tell-failure.ts";
import type { OperationFailure } from "./walk.ts";

/** Carries a step out: operations that their host carries out by itself, or one that is carried out from here. Gives what failed. */
export async function attemptStep<World>(
  run: Run<World>,
  step: readonly PlannedOperation[],
): Promise<OperationFailure[]> {
  const left = await withoutDone(run, step);
  const [first] = left;
  if (first === undefined) return [];
  const lane = laneFor(run, first);
  if (lane !== undefined) return attemptLane(run, lane, left);
  try {
    await attempt(run, first);
    return [];
  } catch (error) {
    return [{ operation: first, error }];
  }
}

/** Leaves out what an earlier deployer did, where the host still says so. */
async function withoutDone<World>(
  run: Run<World>,
  step: readonly PlannedOperation[],
): Promise<PlannedOperation[]> {
  const looks = await Promise.all(
    step.map(
      async (operation) => run.progress.get(operation.id) === "done" && (await isInPlace(run, operation)),
    ),
  );
  for (const [index, operation] of step.entries()) {
    if (looks[index] === true) skip(run, operation, "done before, and still in place");
  }
  return step.filter((_operation, index) => looks[index] !== true);
}

export function skip<World>(run: Run<World>, operation: PlannedOperation, reason: string): void {
  run.emit({ type: "operation-skipped", at: run.engine.now(), operation: operation.id, reason });
}

/**
 * The start is on the disk before anything happens, the end before anything follows: it is written while the next start is, in their
 * order. Throws what the operation failed with.
 */
async function attempt<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const { id, title } = operation;
  const { engine } = run;
  const startedAt = engine.now();
  try {
    await Promise.all([engine.hold.confirm(), run.journal.begin([operation])]);
    run.emit({
      type: "operation-started",
      at: startedAt,
      operation: id,
      title,
      phase: phaseOf(run.plan, id),
    });
    await reach(run, "before", operation, "run");
    const note = await runWithinDeadline(run, operation);
    await reach(run, "after", operation, "run");
    const written = run.journal.keep({ event: "done", operation: id });
    const at = engine.now();
    run.emit({
      type: "operation-done",
      at,
      operation: id,
      durationMs: at - startedAt,
      ...(note ? { note } : {}),
    });
    // Where somebody waits for this point, it has to be one.
    if (engine.onPoint !== undefined) await written;
  } catch (error) {
    await tellFailure(run, operation, engine.now() - startedAt, error);
    throw error;
  }
  await reach(run, "recorded", operation, "run");
}

async function runWithinDeadline<World>(
  run: Run<World>,
  operation: PlannedOperation,
): Promise<string | void> {
  const { input, title } = operation;
  const code = codeOf(run.engine.kinds, operation);
  return withDeadline(
    run.forward,
    code.deadlineMs(input),
    `"${title}" on ${operation.host}`,
    async (signal) => code.run(input, contextFor(run, operation, signal)),
  );
}

/** A host that can't answer proves nothing: the operation is then run again, which it bears. */
async function isInPlace<World>(run: Run<World>, operation: PlannedOperation): Promise<boolean> {
  const code = codeOf(run.engine.kinds, operation);
  const { input, title } = operation;
  try {
    return await withDeadline(
      run.forward,
      code.deadlineMs(input),
      `The check of "${title}"`,
      async (signal) => code.verify(input, contextFor(run, operation, signal)),
    );
  } catch {
    run.forward.throwIfAborted();
    return false;
  }
}
