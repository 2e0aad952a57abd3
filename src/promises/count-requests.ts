import type { AccessLine } from "../routing/access-line.ts";
import { linesBackTo, logBegin, parseAccessLine, type ParseLine } from "../routing/access-log-lines.ts";
import { RequestCounter, type CountSpan, type RequestCounts } from "./request-counts.ts";

/** What an access log tells of spans of time, one look for all of them. */
export interface LoggedRequests {
  /** One a span, in their order. */
  readonly counts: readonly RequestCounts[];
  /** Since when the log tells of everything; `undefined` where nothing was logged. */
  readonly begin: number | undefined;
}

/** Counts requests without holding their lines, from the end of the log back to the earliest of the spans. */
export async function countRequests(
  file: string,
  spans: readonly CountSpan[],
  signal: AbortSignal,
  parse: ParseLine = parseAccessLine,
): Promise<LoggedRequests> {
  const counters = spans.map((span) => new RequestCounter(span));
  const from = Math.min(...spans.map((span) => span.from));
  const begin = await logBegin(file, parse);
  const add = (line: AccessLine): void => {
    for (const counter of counters) counter.add(line);
  };
  const unreadable = await linesBackTo(file, from, signal, add, parse);
  // Of a line that can't be read nobody knows which span it belongs to.
  return { counts: counters.map((counter) => counter.counts(unreadable)), begin };
}
