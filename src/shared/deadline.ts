import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { durationText } from "./duration.ts";

/** The longest that a timer of Node can wait; anything above it would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** How long an action may take to clean up after itself once it was told to stop. */
const graceMs = 5_000;

/**
 * Runs an action that must end within `timeoutMs`. Its signal aborts at the deadline or with the caller's signal, and the error is
 * then the reason of the abort, whatever the action threw. An action that does not heed its signal is left behind after a grace.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  what: string,
  action: (signal: AbortSignal) => Promise<T>,
  options: { readonly graceMs?: number } = {},
): Promise<T> {
  signal.throwIfAborted();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(deadlinePassed(what, timeoutMs)),
    Math.min(timeoutMs, longestTimerMs),
  );
  const either = AbortSignal.any([signal, deadline.signal]);
  const leftBehind = afterAbort(either, options.graceMs ?? graceMs);
  try {
    return await Promise.race([action(either), leftBehind.promise]);
  } catch (error) {
    throw either.aborted ? because(either.reason, error) : error;
  } finally {
    clearTimeout(timer);
    leftBehind.forget();
  }
}

function deadlinePassed(what: string, timeoutMs: number): CozyError {
  return new CozyError("deadline-passed", {
    message: `${what} did not end within ${durationText(timeoutMs)}.`,
  });
}

/** The reason of the abort, with what the action said on its way out where that is something else. */
function because(reason: unknown, thrown: unknown): unknown {
  if (!(reason instanceof CozyError) || thrown === reason || isAbort(thrown)) return reason;
  return reason.with({ details: [...reason.details, messageOf(thrown)], cause: thrown });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Rejects a while after the abort; `forget` leaves no timer and no listener behind. */
function afterAbort(signal: AbortSignal, waitMs: number) {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => reject(signal.reason), waitMs);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    promise,
    forget: () => {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    },
  };
}
