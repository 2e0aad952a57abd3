import type { Phase, Plan, PlannedOperation } from "../release/plan.ts";
import type { Journal, JournalEvent } from "./journal.ts";

/** How far an operation got, by its last entry; an operation without one has not been touched. */
export type OperationState = "started" | "done" | "failed" | "undo-started" | "undone" | "undo-failed";

/** How far each operation of a plan got, by id. Pure: what the journal says, kept up by whoever writes it. */
export type PlanProgress = ReadonlyMap<string, OperationState>;

export function progressOf(journal: Journal): Map<string, OperationState> {
  const progress = new Map<string, OperationState>();
  for (const entry of journal.entries) note(progress, entry);
  return progress;
}

export function note(progress: Map<string, OperationState>, entry: JournalEvent): void {
  if (entry.event === "note" || entry.event === "ended" || entry.event === "taken-up") return;
  progress.set(entry.operation, entry.event);
}

/** Everything up to the release being in force and proven: what a failure takes back. */
export function reversiblePhases(plan: Plan): readonly Phase[] {
  return plan.phases.slice(0, firstCommitted(plan));
}

/** Everything after the release is in force: what a failure leaves outstanding. */
export function committedPhases(plan: Plan): readonly Phase[] {
  return plan.phases.slice(firstCommitted(plan));
}

function firstCommitted(plan: Plan): number {
  const index = plan.phases.findIndex((phase) => phase.committed);
  return index === -1 ? plan.phases.length : index;
}

/** Whether the release is in force for good: its tidying up has begun. */
export function isCommitted(plan: Plan, progress: PlanProgress): boolean {
  return committedPhases(plan).some((phase) => phase.operations.some(({ id }) => progress.has(id)));
}

/** Whether the operation may have left an effect that has not been taken back. */
export function wantsUndo(progress: PlanProgress, operation: PlannedOperation): boolean {
  const state = progress.get(operation.id);
  return state !== undefined && state !== "undone";
}

/** The plan backwards: the last phase first, and in each the last operation of every host first. */
export function backwards(phases: readonly Phase[]): Phase[] {
  return phases.toReversed().map((phase) => ({ ...phase, operations: phase.operations.toReversed() }));
}
