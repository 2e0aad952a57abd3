import type { LoggedRequests } from "./count-requests.ts";
import type { CountSpan, RequestCounts } from "./request-counts.ts";
import { spanNames, type RequestSpans } from "./request-spans.ts";

/** What one host's access log says of the spans that it was asked for. */
export interface SpanCounts {
  readonly availability?: RequestCounts;
  readonly latency?: RequestCounts;
  readonly change?: RequestCounts;
  /** Since when the log tells of everything; `undefined` where nothing was logged, or nothing was asked. */
  readonly begin: number | undefined;
}

/** Whoever has an access log. */
export interface Counting {
  countRequests(spans: readonly CountSpan[], signal: AbortSignal): Promise<LoggedRequests>;
}

/** One look at the access log for everything that is counted from it; none where nothing is. */
export async function countSpans(
  host: Counting,
  spans: RequestSpans,
  signal: AbortSignal,
): Promise<SpanCounts> {
  const asked = spanNames.flatMap((name) => {
    const span = spans[name];
    return span === undefined ? [] : [{ name, span }];
  });
  if (asked.length === 0) return { begin: undefined };
  const { counts, begin } = await host.countRequests(
    asked.map(({ span }) => span),
    signal,
  );
  return { ...Object.fromEntries(asked.map(({ name }, place) => [name, counts[place]])), begin };
}
