import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { PlannedOperation } from "../release/plan.ts";
import { withDeadline } from "../shared/deadline.ts";
import type { LaneEnd, LaneEvent, LaneFailure, LaneOrder, LaneReport } from "./lane.ts";
import { codeOf, deadlineOf, type OperationContext, type OperationKinds } from "./operation.ts";

export interface LaneParts<World> {
  readonly kinds: OperationKinds<World>;
  readonly world: World;
  readonly now: () => number;
}

/** Carries a lane out here. */
export async function runLane<World>(
  parts: LaneParts<World>,
  order: LaneOrder,
  tell: (event: LaneEvent) => void,
  signal: AbortSignal,
): Promise<LaneReport> {
  const ends: LaneEnd[] = [];
  for (const operation of order.operations) {
    if (signal.aborted) break;
    tell({ event: "started", operation: operation.id });
    const end = await carriedOut(parts, order, operation, tell, signal);
    ends.push(end);
    tell({ event: "ended", ...end });
    if (end.failure !== undefined && order.direction === "run") break;
  }
  return { ends };
}

async function carriedOut<World>(
  { kinds, world, now }: LaneParts<World>,
  { direction, token }: LaneOrder,
  operation: PlannedOperation,
  tell: (event: LaneEvent) => void,
  signal: AbortSignal,
): Promise<LaneEnd> {
  const { id, input, title, host } = operation;
  const code = codeOf(kinds, operation);
  const startedAt = now();
  const what = direction === "run" ? `"${title}" on ${host}` : `Taking back "${title}" on ${host}`;
  const deadlineMs = deadlineOf(code, input, direction);
  try {
    const note = await withDeadline(signal, deadlineMs, what, async (within) => {
      const context = contextOf(id, world, token, now, tell, within);
      return direction === "run" ? code.run(input, context) : code.undo?.(input, context);
    });
    return { operation: id, durationMs: now() - startedAt, ...(note ? { note } : {}) };
  } catch (error) {
    return { operation: id, durationMs: now() - startedAt, failure: failureOf(error) };
  }
}

function contextOf<World>(
  operation: string,
  world: World,
  token: number,
  now: () => number,
  tell: (event: LaneEvent) => void,
  signal: AbortSignal,
): OperationContext<World> {
  return {
    world,
    signal,
    token,
    now,
    progress: (text) => tell({ event: "progress", operation, text }),
    output: (stream, line) => tell({ event: "output", operation, stream, line }),
    // Only what is watched from where cozy runs tells of that.
    watched: () => undefined,
    warn: (text) => tell({ event: "warning", operation, text }),
    note: (text) => tell({ event: "note", operation, text }),
  };
}

export function failureOf(error: unknown): LaneFailure {
  if (!(error instanceof CozyError)) return { code: undefined, message: messageOf(error) };
  const { code, message, state, next, details } = error;
  return { code, message, state, next, details };
}

/** The error that the lane's host met. */
export function errorOf({ code, message, state, next, details }: LaneFailure): Error {
  if (code === undefined) return new Error(message);
  return new CozyError(code, {
    message,
    ...(state === undefined ? {} : { state }),
    ...(next === undefined ? {} : { next }),
    ...(details === undefined ? {} : { details }),
  });
}
