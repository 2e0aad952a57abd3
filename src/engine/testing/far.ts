import { setImmediate } from "node:timers/promises";

/** Something that is asked over a link, and what it was asked for, in that order: `web-1.observe`. */
export interface Link {
  readonly roundTripMs: number;
  readonly asked: string[];
  readonly wait: (forMs: number) => Promise<void>;
}

/** The same port at the far end of a link: each method takes a round trip, half of it before its effect. */
export function far<Port extends object>(name: string, port: Port, link: Link): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        link.asked.push(`${name}.${String(key)}`);
        await link.wait(link.roundTripMs / 2);
        try {
          return await Reflect.apply(value, target, args);
        } finally {
          await link.wait(link.roundTripMs / 2);
        }
      };
    },
  });
}

/** A clock that stands still while anything is computed and jumps to whatever is waited for next: only links take time. */
export interface Time {
  now(): number;
  wait(forMs: number): Promise<void>;
  /** Lets time pass until the work has ended. */
  run<T>(work: Promise<T>): Promise<T>;
}

export function virtualTime(): Time {
  const waiting: { readonly at: number; readonly wake: () => void }[] = [];
  let now = 0;
  return {
    now: () => now,
    wait: (forMs) => new Promise((wake) => void waiting.push({ at: now + forMs, wake })),
    async run(work) {
      let over = false;
      const ended = work.finally(() => (over = true));
      ended.catch(() => undefined);
      for (;;) {
        // Whatever can go on without waiting does.
        for (let turn = 0; turn < 5; turn += 1) await setImmediate();
        if (over) return ended;
        const next = waiting.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) throw new Error("nothing is waited for, and the work has not ended");
        now = next.at;
        for (const due of waiting.filter(({ at }) => at === now)) {
          waiting.splice(waiting.indexOf(due), 1);
          due.wake();
        }
      }
    },
  };
}
