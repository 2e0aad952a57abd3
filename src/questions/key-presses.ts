import { readKeys, type Raise, type TerminalInput } from "./read-keys.ts";

/** Single keys, read without waiting for the line to end. */
export interface KeyPresses {
  /** The first key that `means` something. */
  next(means: (key: string) => string | undefined, signal: AbortSignal): Promise<string>;
}

/** Keys of a terminal. */
export function terminalKeys(stdin: TerminalInput, raise: Raise): KeyPresses {
  return {
    next: (means, signal) => readKeys(stdin, raise, (key) => means(key.toLowerCase()), signal),
  };
}
