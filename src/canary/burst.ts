/** Bad units of one client with shorter gaps than this are one burst: somebody who tries again, a job that asks anew every minute. */
const gapMs = 3 * 60_000;
/** What is assumed before the history says anything: as if so many errors had been seen, in bursts of this factor. */
const assumed = { errors: 4, factor: 2 };

export interface BurstMeter {
  /** A bad unit, in the order of time; a client's units in one tick are told once by the caller. */
  add(at: number, client: string): void;
  /** The burst factor: at least 1. */
  readonly factor: number;
}

/**
 * How much the stable release's errors (or slow requests) come in bursts of one client: the sum of the squared sizes of bursts over the
 * sum of their sizes, which is by how much bursts raise the variance of the split between two arms. A short history that shows no burst
 * does not say that there are none: until it has a few dozen errors the factor stays above what was seen.
 */
export function createBurstMeter(): BurstMeter {
  const open = new Map<string, { size: number; last: number }>();
  let errors = 0;
  let squares = 0;
  let swept = -Infinity;

  function sweep(before: number): void {
    for (const [client, { last }] of open) if (last < before) open.delete(client);
  }

  return {
    add(at, client) {
      if (at - swept > gapMs) {
        sweep(at - gapMs);
        swept = at;
      }
      const burst = open.get(client);
      const size = burst !== undefined && at - burst.last <= gapMs ? burst.size : 0;
      open.set(client, { size: size + 1, last: at });
      errors += 1;
      // (size + 1)² - size²: what this one adds to the square of its burst.
      squares += 2 * size + 1;
    },
    get factor() {
      const seen = errors === 0 ? 1 : squares / errors;
      const careful = (squares + assumed.errors * assumed.factor) / (errors + assumed.errors);
      return Math.max(1, seen, careful);
    },
  };
}
