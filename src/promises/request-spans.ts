import type { Evidence } from "./evidence.ts";
import { spanStart, type PromiseFacts, type ReleaseChange } from "./promise.ts";
import type { CountSpan } from "./request-counts.ts";

/** What the access log is asked for the ledger; absent where nothing of it is promised, or has to be counted. */
export interface RequestSpans {
  readonly availability?: CountSpan;
  readonly latency?: CountSpan;
  /** Of the last change of what serves, where it has ended and left no count of its own. */
  readonly change?: CountSpan;
}

export const spanNames = ["availability", "latency", "change"] as const satisfies (keyof RequestSpans)[];

/** What the spans follow from. */
export interface SpanFacts {
  readonly promises: Pick<PromiseFacts["promises"], "availability" | "latency">;
  readonly now: number;
  /** Since when there has been something to serve. */
  readonly since: number | undefined;
  readonly change: Omit<ReleaseChange, "requests"> | undefined;
  /** Of the promise that no request is lost. */
  readonly lost: readonly Evidence[];
}

/** Pure. */
export function requestSpans({ promises, now, since, change, lost }: SpanFacts): RequestSpans {
  const { availability, latency } = promises;
  const from = (overMs: number) => spanStart({ now, since }, overMs);
  const uncounted = spanOfUncounted(change, since, lost);
  return {
    ...(availability && { availability: { from: from(availability.overMs), to: now } }),
    ...(latency && { latency: { from: from(latency.overMs), to: now, slowMs: latency.p95Ms } }),
    ...(uncounted && { change: uncounted }),
  };
}

/** The same in the time of a host whose clock is so many milliseconds ahead. Pure. */
export function shiftedSpans(spans: RequestSpans, aheadMs: number): RequestSpans {
  return Object.fromEntries(
    spanNames.flatMap((name) => {
      const span = spans[name];
      return span === undefined
        ? []
        : [[name, { ...span, from: span.from + aheadMs, to: span.to + aheadMs }]];
    }),
  );
}

/** Whether they ask for the same. Pure. */
export function areSameSpans(one: RequestSpans, other: RequestSpans): boolean {
  return spanNames.every((name) => isSameSpan(one[name], other[name]));
}

function isSameSpan(one: CountSpan | undefined, other: CountSpan | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.from === other.from &&
    one.to === other.to &&
    one.slowMs === other.slowMs &&
    (one.firstDeploy ?? false) === (other.firstDeploy ?? false)
  );
}

function spanOfUncounted(
  change: SpanFacts["change"],
  since: number | undefined,
  lost: readonly Evidence[],
): CountSpan | undefined {
  if (change?.endedAt === undefined) return undefined;
  const { startedAt, endedAt } = change;
  if (lost.some(({ at }) => at >= startedAt)) return undefined;
  return { from: startedAt, to: endedAt, firstDeploy: since === undefined || since >= startedAt };
}
