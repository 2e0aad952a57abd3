import type { WatchProgress } from "../canary/traffic-progress.ts";
import type { Json } from "../shared/json.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Plan, PlannedOperation } from "../release/plan.ts";

/**
 * The code of a kind of operation. It carries its proof and its inverse: `verify` reads the state back from the host, never from
 * the journal, and `undo` can be called whether `run` got nowhere, half-way or to its end. `run` can be called again.
 */
export interface Operation<Input, World> {
  readonly kind: string;
  run(input: Input, context: OperationContext<World>): Promise<string | void>;
  /** Whether the effect is in place; `resume` skips a finished operation only when it says so. */
  verify(input: Input, context: OperationContext<World>): Promise<boolean>;
  undo?(input: Input, context: OperationContext<World>): Promise<void>;
  /** How long `run` may take; a time-out is a failure like any other. */
  deadlineMs(input: Input): number;
  /** How long `undo` may take, where that is not as long as `run`. */
  undoDeadlineMs?(input: Input): number;
}

/** What the engine hands to an operation. `World` is what operations act on: the engine itself knows nothing of hosts. */
export interface OperationContext<World> {
  readonly world: World;
  readonly signal: AbortSignal;
  /** The fencing token of the lease that this plan runs under. */
  readonly token: number;
  readonly now: () => number;
  readonly progress: (text: string) => void;
  readonly output: (stream: "stdout" | "stderr", line: string) => void;
  readonly warn: (message: string) => void;
  /** Where the watch of a release stands. */
  readonly watched: (watch: WatchProgress) => void;
  /** Tells it, and keeps it in the journal. */
  readonly note: (message: string) => void;
}

/** The code of operations, by kind; each takes an input of its own, so none can be called without knowing which it is. */
export type OperationKinds<World> = Readonly<Record<string, Operation<never, World>>>;

/** The code of a planned operation. */
export function codeOf<World>(
  kinds: OperationKinds<World>,
  operation: PlannedOperation,
): Operation<Json, World> {
  const code = Object.hasOwn(kinds, operation.kind) ? kinds[operation.kind] : undefined;
  if (code === undefined) throw unknownOperation(operation);
  return code;
}

/** How long an operation may take, forward or back. */
export function deadlineOf<World>(
  code: Operation<Json, World>,
  input: Json,
  direction: "run" | "undo",
): number {
  return (direction === "undo" ? code.undoDeadlineMs?.(input) : undefined) ?? code.deadlineMs(input);
}

/** Throws where a plan holds an operation without code, so that this is found before anything changes. */
export function refuseUnknownKinds<World>(kinds: OperationKinds<World>, plan: Plan): void {
  for (const operation of plan.phases.flatMap((phase) => phase.operations)) codeOf(kinds, operation);
}

function unknownOperation(operation: PlannedOperation): CozyError {
  return new CozyError("unknown-operation", {
    message: `The plan holds "${operation.title}" of the kind ${operation.kind}, which this cozy does not know.`,
    state: "Nothing was changed.",
    next: "Run the same command with the cozy that made the plan, or a newer one: npm install --save-dev cozywish@latest",
  });
}
