import type { Journal } from "./journal.ts";
import { progressOf, type OperationState } from "./plan-progress.ts";

/** How far one operation of a journal got, and how long it took. */
export interface OperationTime {
  readonly operation: string;
  readonly title: string;
  readonly phase: string;
  /** `undefined` where it was not begun. */
  readonly state: OperationState | undefined;
  /** From its last start to its end, where it has one. */
  readonly durationMs: number | undefined;
}

/** The operations of a plan in their order, as its journal tells of them. */
export function operationTimes(journal: Journal): OperationTime[] {
  const { header, entries } = journal;
  const { plan } = header;
  const progress = progressOf(journal);
  return plan.phases.flatMap((phase) =>
    phase.operations.map(({ id, title }) => {
      const own = entries.filter(
        (entry) => "operation" in entry && entry.operation === id && entry.event !== "note",
      );
      const started = own.findLast(({ event }) => event === "started");
      const ended = own.findLast(({ event }) => event === "done" || event === "failed");
      const durationMs = started && ended && ended.at >= started.at ? ended.at - started.at : undefined;
      return { operation: id, title, phase: phase.name, state: progress.get(id), durationMs };
    }),
  );
}
