/** Single keys, read without waiting for the line to end. */
export interface KeyPresses {
  /** The first key that `means` something. */
  next(means: (key: string) => string | undefined, signal: AbortSignal): Promise<string>;
}

/** What of a terminal's input is used: `node:tty` has it. */
interface Terminal {
  setRawMode(raw: boolean): unknown;
  on(event: "data", listener: (bytes: Buffer) => void): unknown;
  off(event: "data", listener: (bytes: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** Ctrl-C and Ctrl-\ are no signals any more while single keys are read. */
const interrupts: Readonly<Record<string, "SIGINT" | "SIGQUIT">> = {
  "\u0003": "SIGINT",
  "\u001c": "SIGQUIT",
};

/** Keys of a terminal. `raise` sends this process a signal: the terminal does not, as long as it gives single keys. */
export function terminalKeys(stdin: Terminal, raise: (signal: "SIGINT" | "SIGQUIT") => void): KeyPresses {
  return {
    next: (means, signal) =>
      new Promise((resolve, reject) => {
        const onData = (bytes: Buffer): void => {
          for (const key of bytes.toString("utf8")) {
            const raised = interrupts[key];
            if (raised !== undefined) raise(raised);
            const meaning = means(key.toLowerCase());
            if (meaning === undefined) continue;
            end();
            resolve(meaning);
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
      }),
  };
}
