import type { PlannedOperation } from "../release/plan.ts";

/** An operation, and what it failed with. */
export interface OperationFailure {
  readonly operation: PlannedOperation;
  readonly error: unknown;
}

const defaultParallelHosts = 10;

export interface Walk {
  /** Asked before each step; what has begun always ends. */
  readonly goesOn: (failures: readonly OperationFailure[]) => boolean;
  /** Consecutive operations of one host as the steps that are taken as one; each its own where absent. */
  readonly steps?:
    | ((operations: readonly PlannedOperation[]) => readonly (readonly PlannedOperation[])[])
    | undefined;
  /** Carries a step out, and gives what failed of it. */
  readonly work: (step: readonly PlannedOperation[]) => Promise<readonly OperationFailure[]>;
  readonly parallelHosts?: number | undefined;
}

/** Works through the operations of a phase: hosts side by side, those of one host in order. Returns every failure, not only the first. */
export async function walk(
  operations: readonly PlannedOperation[],
  { goesOn, steps = oneByOne, work, parallelHosts = defaultParallelHosts }: Walk,
): Promise<OperationFailure[]> {
  const failures: OperationFailure[] = [];
  const hosts = Map.groupBy(operations, (operation) => operation.host);
  const waiting = [...hosts.values()];
  const worker = async () => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      for (const step of steps(lane)) {
        if (!goesOn(failures)) return;
        failures.push(...(await work(step)));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelHosts, hosts.size) }, worker));
  return failures;
}

function oneByOne(operations: readonly PlannedOperation[]): PlannedOperation[][] {
  return operations.map((operation) => [operation]);
}
