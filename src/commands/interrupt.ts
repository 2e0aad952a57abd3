import type { EventEmitter } from "node:events";
import type { Interrupt } from "../engine/interrupt.ts";
import { CozyError } from "../errors/cozy-error.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface TakenSignals {
  /** Takes the process's signals over: from now on they abort nothing, and are the caller's to heed. */
  readonly takeSignals: () => EventEmitter;
}

/**
 * Turns the signals that ask a process to end into two wishes: the first asks a command to end orderly (a deploy goes back and gives
 * its lease up), the second to end at once. A closed terminal counts as well.
 */
export function listenForInterrupt(source: EventEmitter, onSecond: () => void): Interrupt & TakenSignals {
  const gently = new AbortController();
  const atOnce = new AbortController();
  const onSignal = (name: string): void => {
    const controller = gently.signal.aborted ? atOnce : gently;
    controller.abort(new CozyError("interrupted", { message: `The command was interrupted by ${name}.` }));
    if (controller === atOnce) onSecond();
  };
  for (const signal of signals) source.on(signal, onSignal);
  return {
    gently: gently.signal,
    atOnce: atOnce.signal,
    takeSignals: () => {
      for (const signal of signals) source.off(signal, onSignal);
      return source;
    },
  };
}
