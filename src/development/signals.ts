import type { EventEmitter } from "node:events";

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** npm passes a Ctrl-C on to its child, which has had it from the terminal already: both together are one wish. */
const samePressMs = 300;

export interface Asked {
  /** The first wish to end; its reason is the signal's name. */
  readonly gently: AbortSignal;
  /** The second one. */
  readonly atOnce: AbortSignal;
  stopListening(): void;
}

/** Turns signals into two wishes: to end, and to end at once. */
export function listenForEnd(source: EventEmitter, now: () => number): Asked {
  const gently = new AbortController();
  const atOnce = new AbortController();
  let firstAt = 0;
  const listeners = names.map((name) => {
    const listener = () => {
      if (!gently.signal.aborted) {
        firstAt = now();
        gently.abort(name);
      } else if (now() - firstAt > samePressMs) atOnce.abort(name);
    };
    source.on(name, listener);
    return () => source.off(name, listener);
  });
  return {
    gently: gently.signal,
    atOnce: atOnce.signal,
    stopListening: () => {
      for (const stop of listeners) stop();
    },
  };
}
