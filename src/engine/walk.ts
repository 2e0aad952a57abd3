import type { PlannedOperation } from "../release/plan.ts";

/** An operation, and what it failed with. */
export interface OperationFailure {
  readonly operation: PlannedOperation;
  readonly error: unknown;
}

const defaultParallelHosts = 10;

/**
 * Works through the operations of a phase: hosts side by side, those of one host in order. Before each it asks `goesOn`; what has
 * begun always ends. Returns every failure, not only the first.
 */
export async function walk(
  operations: readonly PlannedOperation[],
  goesOn: (failures: readonly OperationFailure[]) => boolean,
  work: (operation: PlannedOperation) => Promise<void>,
  parallelHosts = defaultParallelHosts,
): Promise<OperationFailure[]> {
  const failures: OperationFailure[] = [];
  const hosts = Map.groupBy(operations, (operation) => operation.host);
  const waiting = [...hosts.values()];
  const worker = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      for (const operation of lane) {
        if (!goesOn(failures)) return;
        await work(operation).catch((error: unknown) => failures.push({ operation, error }));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelHosts, hosts.size) }, worker));
  return failures;
}
