import type { ErrorCode } from "../errors/catalogue.ts";
import type { PlannedOperation } from "../release/plan.ts";

/**
 * Carries operations of one host out where the host is, one after the other, without a round trip in between: over a link of 50 ms round
 * trips are the cost. The first that fails ends the lane; undoing goes on to its end.
 */
export interface LaneRunner {
  /**
   * Refuses the whole lane where somebody with a larger token has been on the host. What is told comes in the order in which it happens;
   * the report stands for itself.
   */
  run(order: LaneOrder, tell: (event: LaneEvent) => void, signal: AbortSignal): Promise<LaneReport>;
}

export interface LaneOrder {
  readonly direction: "run" | "undo";
  readonly token: number;
  readonly operations: readonly PlannedOperation[];
}

export type LaneEvent =
  | { readonly event: "started"; readonly operation: string }
  | ({ readonly event: "ended" } & LaneEnd)
  | {
      readonly event: "output";
      readonly operation: string;
      readonly stream: "stdout" | "stderr";
      readonly line: string;
    }
  | { readonly event: "progress" | "warning" | "note"; readonly operation: string; readonly text: string };

/** How far it came: operations that were not begun are not among the ends. */
export interface LaneReport {
  readonly ends: readonly LaneEnd[];
}

export interface LaneEnd {
  readonly operation: string;
  readonly durationMs: number;
  /** What the operation remarked. */
  readonly note?: string | undefined;
  readonly failure?: LaneFailure | undefined;
}

/** An error as plain data; without a code it is none that a user is meant to meet. */
export interface LaneFailure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly state?: string | undefined;
  readonly next?: string | undefined;
  readonly details?: readonly string[] | undefined;
}
