import type { PlannedOperation } from "../release/plan.ts";
import type { ErrorCode } from "../errors/catalogue.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { withDeadline } from "../shared/deadline.ts";
import { codeOf } from "./operation.ts";
import { contextFor, reach, type Run } from "./run.ts";

/** Carries out one operation, unless an earlier deployer did and the host still says so. */
export async function attemptUnlessDone<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  if (run.progress.get(operation.id) === "done" && (await isInPlace(run, operation))) {
    skip(run, operation, "done before, and still in place");
    return;
  }
  await attempt(run, operation);
}

export function skip<World>(run: Run<World>, operation: PlannedOperation, reason: string): void {
  run.emit({ type: "operation-skipped", at: run.engine.now(), operation: operation.id, reason });
}

/** The start is on the disk before anything happens, the end before anything follows. Throws what the operation failed with. */
async function attempt<World>(run: Run<World>, operation: PlannedOperation): Promise<void> {
  const { id, title } = operation;
  const { engine } = run;
  const startedAt = engine.now();
  try {
    await engine.hold.confirm();
    await run.record({ event: "started", operation: id });
    run.emit({ type: "operation-started", at: startedAt, operation: id, title, phase: phaseOf(run, id) });
    await reach(run, "before", operation, "run");
    const note = await runWithinDeadline(run, operation);
    await reach(run, "after", operation, "run");
    await run.record({ event: "done", operation: id });
    const durationMs = engine.now() - startedAt;
    const at = engine.now();
    run.emit({ type: "operation-done", at, operation: id, durationMs, ...(note ? { note } : {}) });
  } catch (error) {
    await tellFailure(run, operation, startedAt, error);
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

async function tellFailure<World>(
  run: Run<World>,
  operation: PlannedOperation,
  startedAt: number,
  error: unknown,
): Promise<void> {
  const { id } = operation;
  const message = messageOf(error);
  const at = run.engine.now();
  if (run.progress.has(id)) await run.recordIfPossible({ event: "failed", operation: id, message });
  const code = codeOfFailure(run, error);
  run.emit({ type: "operation-failed", at, operation: id, durationMs: at - startedAt, code, message });
}

function codeOfFailure<World>(run: Run<World>, error: unknown): ErrorCode {
  const { gently, atOnce } = run.engine.interrupt;
  if (gently.aborted || atOnce.aborted) return "interrupted";
  return error instanceof CozyError ? error.code : "operation-failed";
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

function phaseOf<World>(run: Run<World>, id: string): string {
  return (
    run.plan.phases.find((phase) => phase.operations.some((operation) => operation.id === id))?.name ?? ""
  );
}
