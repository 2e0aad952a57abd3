import { appendFileSync } from "node:fs";

/** Appends one JSON line for what happened; `at` is put in front. */
export type Log = (event: string, facts?: Readonly<Record<string, unknown>>) => void;

/** The supervisor's own log. A line that can't be written (a full disk) is dropped: nothing may end the supervisor. */
export function eventLog(file: string, now: () => number): Log {
  return (event, facts = {}) => {
    try {
      const line = JSON.stringify({ at: new Date(now()).toISOString(), event, ...facts });
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    } catch {
      // There is nowhere to say so.
    }
  };
}
