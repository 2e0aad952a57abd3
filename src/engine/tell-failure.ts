import type { ErrorCode } from "../errors/catalogue.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { PlannedOperation } from "../release/plan.ts";
import type { Run } from "./run.ts";

/** Tells that an operation failed, and records it where it was begun. */
export async function tellFailure<World>(
  run: Run<World>,
  { id }: PlannedOperation,
  durationMs: number,
  error: unknown,
): Promise<void> {
  const message = messageOf(error);
  const at = run.engine.now();
  if (run.progress.has(id)) await run.journal.recordIfPossible({ event: "failed", operation: id, message });
  const code = codeOfFailure(run, error);
  run.emit({ type: "operation-failed", at, operation: id, durationMs, code, message });
}

function codeOfFailure<World>(run: Run<World>, error: unknown): ErrorCode {
  const { gently, atOnce } = run.engine.interrupt;
  if (gently.aborted || atOnce.aborted) return "interrupted";
  return error instanceof CozyError ? error.code : "operation-failed";
}
