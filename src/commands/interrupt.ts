import type { EventEmitter } from "node:events";

/**
 * Turns SIGINT and SIGTERM into two signals: the first asks a command to end orderly (a deploy goes back and gives its lease up), the
 * second to end at once.
 */
export function interruptSignals(source: EventEmitter): {
  readonly signal: AbortSignal;
  readonly urgentSignal: AbortSignal;
} {
  const orderly = new AbortController();
  const urgent = new AbortController();
  const onSignal = (name: string): void => {
    const controller = orderly.signal.aborted ? urgent : orderly;
    controller.abort(new DOMException(`interrupted by ${name}`, "AbortError"));
  };
  source.on("SIGINT", onSignal);
  source.on("SIGTERM", onSignal);
  return { signal: orderly.signal, urgentSignal: urgent.signal };
}
