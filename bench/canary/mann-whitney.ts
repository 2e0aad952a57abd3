/** The two-sided 98 % point of the normal distribution. */
const score = 2.3263;

/**
 * Whether a judge of the Mann-Whitney kind calls the canary's values high: the lower end of the 98 % interval for the shift between the
 * two series is above a quarter of the estimated shift, and the canary's mean is not below the other.
 */
export function isHigher(canary: readonly number[], stable: readonly number[]): boolean {
  if (canary.length === 0 || stable.length === 0 || mean(canary) <= mean(stable)) return false;
  const { lower, estimate } = shift(canary, stable);
  return lower > 0.25 * Math.abs(estimate);
}

/**
 * How much the first series lies above the second: the median of all differences, and the lower end of its 98 % interval, the order
 * statistic of the differences that the normal approximation of the rank sum points to, with its correction for ties (most minutes have
 * no failure at all) and for continuity.
 */
export function shift(
  first: readonly number[],
  second: readonly number[],
): { readonly lower: number; readonly estimate: number } {
  const pairs = first.length * second.length;
  const all = first.length + second.length;
  const spread = Math.sqrt((pairs / 12) * (all + 1 - (tied(first) + tied(second)) / (all * (all - 1))));
  const rank = Math.floor(pairs / 2 - score * spread - 0.5) + 1;
  const difference = differences(first, second);
  return {
    // So few values that no interval of 98 % exists: it has no lower end.
    lower: rank < 1 ? -Infinity : difference(rank),
    estimate: (difference(Math.ceil(pairs / 2)) + difference(Math.floor(pairs / 2) + 1)) / 2,
  };
}

/** Σ t³ - t over the values that are there t times. */
function tied(values: readonly number[]): number {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return [...times.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
}

/** The differences of all pairs by rank, from 1 on: found by halving, because a day of minutes has two million of them. */
function differences(first: readonly number[], second: readonly number[]): (rank: number) => number {
  const high = Float64Array.from(first).sort();
  const low = Float64Array.from(second).sort();
  const least = (high[0] ?? 0) - (low.at(-1) ?? 0);
  const most = (high.at(-1) ?? 0) - (low[0] ?? 0);
  return (rank) => {
    let [below, reached] = [least - 1, most];
    while (reached - below > 1e-8) {
      const middle = (below + reached) / 2;
      if (countUpTo(high, low, middle) >= rank) reached = middle;
      else below = middle;
    }
    // What halving leaves must not make a difference of nothing: a lower end above 0 is all that is asked where the median is 0.
    return Math.round(reached * 1e6) / 1e6;
  };
}

/** How many differences are not above the limit, with both series sorted. */
function countUpTo(high: Float64Array, low: Float64Array, limit: number): number {
  let count = 0;
  let below = 0;
  for (const value of high) {
    while (below < low.length && value - (low[below] ?? 0) > limit) below += 1;
    count += low.length - below;
  }
  return count;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
