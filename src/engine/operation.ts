import type { Json } from "../shared/json.ts";

/**
 * The code of a kind of operation. It carries its proof and its inverse: `verify` reads the state back from the host, never from
 * the journal, and `undo` can be called whether `run` got nowhere, half-way or to its end. `run` can be called again.
 */
export interface Operation<Input extends Json, World> {
  readonly kind: string;
  run(input: Input, context: OperationContext<World>): Promise<string | void>;
  /** Whether the effect is in place; `resume` skips a finished operation only when it says so. */
  verify(input: Input, context: OperationContext<World>): Promise<boolean>;
  undo?(input: Input, context: OperationContext<World>): Promise<void>;
  /** How long `run` may take; a time-out is a failure like any other. */
  deadlineMs(input: Input): number;
}

/** What the engine hands to an operation. `World` is what operations act on: the engine itself knows nothing of hosts. */
export interface OperationContext<World> {
  readonly world: World;
  readonly signal: AbortSignal;
  /** The fencing token of the lease that this plan runs under. */
  readonly token: number;
  readonly now: () => number;
  progress(text: string): void;
  output(stream: "stdout" | "stderr", line: string): void;
  warn(message: string): void;
}
