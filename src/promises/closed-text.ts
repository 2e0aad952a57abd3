import { counted } from "../shared/words.ts";

/** How many requests met a site that was closed for maintenance: told apart from those that failed, and never left unsaid. */
export function closedText(closed: number): string {
  return `${counted(closed, "request")} met maintenance`;
}

/** The same behind what was measured; nothing where there were none. */
export function withClosed(measured: string | undefined, closed: number | undefined): string | undefined {
  if (closed === undefined || closed === 0) return measured;
  const text = `${closed.toLocaleString("en-GB")} met maintenance`;
  return measured === undefined ? text : `${measured}, ${text}`;
}
