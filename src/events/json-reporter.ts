import type { Reporter } from "./event.ts";

/** Every event as a line of JSON, its fields as `event.ts` names them; machines read this, so the names stay. */
export function jsonReporter(write: (text: string) => void): Reporter {
  return {
    report: (event) => write(`${JSON.stringify(event)}\n`),
    close: () => {},
  };
}
