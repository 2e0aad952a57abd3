import { logSumExp } from "./combine.ts";

/**
 * How many times the margin a release may be worse: what the evidence looks for. Each weighs as much as its logarithm, because a handful
 * of failures has to suffice for a large one, while a small one takes hundreds, beside which the price of a small weight is nothing.
 */
const ratios = [1.5, 2, 3, 5, 10, 30, 100];
const logRatios = ratios.map(Math.log);
const logWeights = logRatios.map((logRatio) => Math.log(logRatio) - Math.log(sum(logRatios)));

/** What both arms served in the same span of time; `bad` are those of the units that failed, or were slow. */
export interface PairedCounts {
  readonly canary: { readonly units: number; readonly bad: number };
  readonly stable: { readonly units: number; readonly bad: number };
}

export interface EProcess {
  add(counts: PairedCounts): void;
  /** The logarithm of the evidence that the canary is worse than the margin allows. */
  readonly logE: number;
}

/**
 * Evidence that the canary's units go bad more than `margin` times as often as the stable release's, gathered span by span.
 *
 * It looks only at which arm the bad units fell on. Where the canary is `margin` times as bad, one falls on it with probability
 * w·margin / (1 - w + w·margin), w being its share of the units in that span; every alternative is weighed against that. What hits both
 * arms alike, be it an outage, a busy hour or a moving share, therefore cancels. For a release that is no worse no span is expected to
 * raise the evidence, whatever the rate of failures in it, so that it ever reaches 1/alpha with probability alpha at most, however often
 * one looks (Ville's inequality). That the failures of a span are drawn without replacement only makes it rarer (Hoeffding).
 *
 * `burst` divides the log-likelihood ratio: bad units that come in bursts of one client say less than as many apart from each other.
 */
export function createEProcess({
  margin,
  burst,
}: {
  readonly margin: number;
  readonly burst: number;
}): EProcess {
  const logs = new Float64Array(ratios.length);
  return {
    add(counts) {
      addTo(logs, counts, margin, burst);
    },
    get logE() {
      return logSumExp(logWeights.map((logWeight, index) => logWeight + (logs[index] ?? 0)));
    },
  };
}

function addTo(logs: Float64Array, { canary, stable }: PairedCounts, margin: number, burst: number): void {
  const units = canary.units + stable.units;
  const bad = canary.bad + stable.bad;
  // With one arm only nothing is compared; and rounding must not make evidence of nothing.
  if (bad === 0 || canary.units === 0 || stable.units === 0) return;
  const share = canary.units / units;
  const allowed = Math.log1p(share * (margin - 1));
  for (const [index, ratio] of ratios.entries()) {
    const expected = allowed - Math.log1p(share * (margin * ratio - 1));
    logs[index] = (logs[index] ?? 0) + (canary.bad * Math.log(ratio) + bad * expected) / burst;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
