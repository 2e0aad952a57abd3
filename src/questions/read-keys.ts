/** What of a terminal's input is used: `node:tty` has it. */
export interface TerminalInput {
  setRawMode(raw: boolean): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Sends this process a signal. The terminal does not, as long as it gives single keys. */
export type Raise = (signal: "SIGINT" | "SIGQUIT") => void;

/** Ctrl-C and Ctrl-\, which are no signals any more while single keys are read. */
const interrupts: Readonly<Record<string, "SIGINT" | "SIGQUIT">> = {
  "\u0003": "SIGINT",
  "\u001c": "SIGQUIT",
};

/**
 * Hands the keys of a terminal to `take`, one by one and unseen, until it gives something; then the terminal is as it was before.
 * `after` is what came with a key, behind it.
 */
export function readKeys<Taken>(
  stdin: TerminalInput,
  raise: Raise,
  take: (key: string, after: readonly string[]) => Taken | undefined,
  signal: AbortSignal,
): Promise<Taken> {
  return new Promise((resolve, reject) => {
    // A character may come in two halves.
    const decoder = new TextDecoder();
    const onData = (bytes: Buffer): void => {
      const keys = Array.from(decoder.decode(bytes, { stream: true }));
      for (const [at, key] of keys.entries()) {
        const raised = interrupts[key];
        if (raised !== undefined) {
          raise(raised);
          continue;
        }
        const taken = take(key, keys.slice(at + 1));
        if (taken === undefined) continue;
        end();
        resolve(taken);
        return;
      }
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    const end = (): void => {
      stdin.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      stdin.setRawMode(false);
      stdin.pause();
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    stdin.setRawMode(true);
    stdin.on("data", onData);
    stdin.resume();
  });
}
