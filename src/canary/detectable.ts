import { createEProcess } from "./e-process.ts";

export interface Traffic {
  readonly canaryUnits: number;
  readonly stable: { readonly units: number; readonly bad: number };
  readonly margin: number;
  readonly burst: number;
  /** What the evidence has to reach, as a logarithm. */
  readonly logRequired: number;
}

const power = 0.8;
const largestRatio = 1000;

/**
 * The smallest ratio of the canary's rate to the stable release's that so much traffic would have shown with a probability of 80 %.
 * `undefined` where even a canary that fails always would not have been.
 *
 * Looked at once, at the end, with all traffic as one span: looking all the while finds a little more, so that nothing is promised here
 * that the watch doesn't keep. Bursts make both arms' counts as uncertain as those of fewer errors, each of the size of a burst.
 */
export function detectableRatio(traffic: Traffic): number | undefined {
  const { canaryUnits, stable } = traffic;
  if (canaryUnits <= 0 || stable.units <= 0) return undefined;
  const rate = likelyRate(stable);
  const highest = Math.min(largestRatio, 1 / rate);
  const detects = powerCurve(traffic, rate);
  if (detects(highest) < power) return undefined;
  let low = Math.log(traffic.margin);
  let high = Math.log(highest);
  if (high <= low) return undefined;
  while (high - low > 0.005) {
    const middle = (low + high) / 2;
    if (detects(Math.exp(middle)) >= power) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

/** Half an error more than seen: a stable release without errors yet is not one that never fails. */
export function likelyRate({ units, bad }: Traffic["stable"]): number {
  return Math.min(1, (bad + 0.5) / (units + 1));
}

/** The probability that a canary so many times as bad is found: over what the stable arm may count, how likely the canary's count suffices. */
function powerCurve(traffic: Traffic, rate: number): (ratio: number) => number {
  const { canaryUnits, stable, burst } = traffic;
  const stableMean = (stable.units * rate) / burst;
  const outcomes = quantiles.map(({ score, weight }) => {
    const bad = Math.max(0, stableMean + score * Math.sqrt(stableMean)) * burst;
    return { weight, wanted: wantedErrors(traffic, bad) / burst };
  });
  return (ratio) => {
    const mean = Math.min(canaryUnits, canaryUnits * rate * ratio) / burst;
    return outcomes.reduce((sum, { weight, wanted }) => sum + weight * atLeast(wanted, mean), 0);
  };
}

/** A normal spread in nine equal slices, each by its middle. */
const quantiles = [-1.593, -0.967, -0.589, -0.282, 0, 0.282, 0.589, 0.967, 1.593].map((score) => ({
  score,
  weight: 1 / 9,
}));

/** How many errors of the canary are evidence enough beside so many of the stable release. */
function wantedErrors(
  { canaryUnits, stable, margin, burst, logRequired }: Traffic,
  stableBad: number,
): number {
  let few = 0;
  let enough = canaryUnits;
  if (!suffices(enough)) return Infinity;
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (suffices(middle)) enough = middle;
    else few = middle;
  }
  return enough;

  function suffices(bad: number): boolean {
    const process = createEProcess({ margin, burst });
    process.add({
      canary: { units: canaryUnits, bad },
      stable: { units: stable.units, bad: stableBad },
    });
    return process.logE >= logRequired;
  }
}

/** P(X >= wanted) for a Poisson count X: exact where it is small, by the normal law (Wilson and Hilferty's cube roots) where it is not. */
function atLeast(wanted: number, mean: number): number {
  if (wanted <= 0) return 1;
  if (wanted === Infinity || mean <= 0) return 0;
  const whole = Math.ceil(wanted);
  if (whole > 200) {
    const part = 1 / (9 * whole);
    return 1 - normal(((mean / whole) ** (1 / 3) - (1 - part)) / -Math.sqrt(part));
  }
  let term = Math.exp(-mean);
  let below = 0;
  for (let count = 0; count < whole; count += 1) {
    below += term;
    term *= mean / (count + 1);
  }
  return Math.max(0, 1 - below);
}

/** The normal distribution function, within 0.0002 (a logistic curve with a cubic term). */
function normal(score: number): number {
  return 1 / (1 + Math.exp(-(1.5976 * score + 0.07056 * score ** 3)));
}
