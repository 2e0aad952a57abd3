/** Under so many requests the slowest twentieth is a handful, and its limit a matter of luck. */
export const leastRequests = 200;
/** Neighbouring limits differ by 2 %. */
const step = Math.log(1.02);
/** Shorter durations are all alike. */
const shortestMs = 0.1;

export interface SlowLimit {
  add(durationMs: number): void;
  /** The 95th percentile, rounded up by 2 % at most; `undefined` for fewer than 200 requests. */
  readonly p95Ms: number | undefined;
}

/** From which duration on a request counts as slow, of a log of any length: counts by duration instead of the durations. */
export function createSlowLimit(): SlowLimit {
  const counts: number[] = [];
  let requests = 0;
  return {
    add(durationMs) {
      if (!(durationMs >= 0) || durationMs === Infinity) return;
      const bin = Math.max(0, Math.ceil(Math.log(durationMs / shortestMs) / step - 1e-9));
      while (counts.length <= bin) counts.push(0);
      counts[bin] = (counts[bin] ?? 0) + 1;
      requests += 1;
    },
    get p95Ms() {
      if (requests < leastRequests) return undefined;
      let below = 0;
      const bin = counts.findIndex((count) => (below += count) >= requests * 0.95);
      return shortestMs * Math.exp(bin * step);
    },
  };
}
