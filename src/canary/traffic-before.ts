import type { AccessLine } from "../routing/access-line.ts";
import { createBurstMeter } from "./burst.ts";
import { createSlowLimit } from "./quantile.ts";
import { isSlow } from "./traffic.ts";
import { servedBy } from "./traffic-unit.ts";
import type { Baseline } from "./verdict.ts";

/** Which past is measured: what these releases answered from `from` until before `to`. */
export interface BeforeRequest {
  readonly stable: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  /** From which duration on a request is slow; measured where absent. */
  readonly slowMs: number | undefined;
}

export interface BeforeCounter {
  /** A line, in any order. */
  add(line: AccessLine): void;
  readonly baseline: Baseline;
}

interface Past {
  readonly tick: number;
  readonly at: number;
  readonly client: string;
  readonly page: string;
  readonly ms: number;
}

/** Nobody notices less: a page that takes 3 ms instead of 2 is no reason to take a release back. */
const noticedMs = 50;
/** Slow requests that are remembered until the limit is known: the slowest of a long log by far suffice to find its bursts. */
const mostSlow = 50_000;

/** What the stable release's past says about slowness and bursts. */
export function createBeforeCounter(request: BeforeRequest): BeforeCounter {
  const limit = createSlowLimit();
  const stable = new Set(request.stable);
  const errors: Past[] = [];
  let timed: Past[] = [];
  let floorMs = request.slowMs ?? 0;
  let requests = 0;
  let firstAt = request.to;

  /** Only the slower ones can be above the 95th percentile, which is known well enough once so many have come. */
  function forgetFast(): void {
    floorMs = Math.max(floorMs, (limit.p95Ms ?? 0) / 2);
    timed = timed.filter(({ ms }) => ms > floorMs).slice(0, mostSlow / 2);
  }

  return {
    add(line) {
      const served = servedBy(line);
      if (served === undefined || !stable.has(served.release)) return;
      const { endedAt: at, client, page, ms, gaveUpMs, failed } = served;
      if (
        at < request.from ||
        at >= request.to ||
        (gaveUpMs !== undefined && !isSlow(served, request.slowMs))
      )
        return;
      requests += 1;
      firstAt = Math.min(firstAt, at);
      if (ms !== undefined) limit.add(ms);
      const past = {
        tick: Math.floor((at - request.from) / request.tickMs),
        at,
        client,
        page,
        ms: ms ?? gaveUpMs ?? 0,
      };
      if (failed && errors.length < mostSlow) errors.push(past);
      if (past.ms > floorMs) timed.push(past);
      if (timed.length >= mostSlow) forgetFast();
    },
    get baseline() {
      const measuredMs = limit.p95Ms;
      const slowMs = request.slowMs ?? (measuredMs && Math.max(noticedMs, measuredMs));
      const slow = slowMs === undefined ? [] : timed.filter(({ ms }) => ms > slowMs);
      return {
        from: Math.max(request.from, firstAt),
        to: request.to,
        requests,
        slowMs,
        burst: { errors: burstOf(errors), slow: burstOf(slow) },
      };
    },
  };
}

/** Counted as they will be in the watch: a client with a kind of page once a tick. */
function burstOf(past: readonly Past[]): number {
  const meter = createBurstMeter();
  const seen = new Set<string>();
  for (const { tick, at, client, page } of past.toSorted((a, b) => a.at - b.at)) {
    const unit = `${tick} ${client} ${page}`;
    if (seen.has(unit)) continue;
    seen.add(unit);
    meter.add(at, client);
  }
  return meter.factor;
}
