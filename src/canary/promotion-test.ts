import { logSumExp } from "./combine.ts";

/** Rates of errors, as parts of the worst acceptable one, that the evidence looks for. Most releases don't fail at all: half the weight. */
const alternatives = [
  { part: 0, weight: 0.5 },
  { part: 0.1, weight: 0.2 },
  { part: 0.25, weight: 0.15 },
  { part: 0.5, weight: 0.15 },
];

export interface PromotionTest {
  add(counts: { readonly units: number; readonly bad: number }): void;
  /** The logarithm of the evidence that fewer units fail than `maxErrorRate`. */
  readonly logE: number;
  /** Units without an error until the evidence reaches exp(`logRequired`). */
  unitsWanted(logRequired: number): number;
}

/**
 * Evidence that the canary fails less often than `maxErrorRate`, whatever the stable release does: with few errors a comparison can't
 * ever clear a release. One that fails as often or more is cleared at 1/beta with probability beta at most, however often one looks.
 * `burst` divides it as it does for the comparison: errors in bursts leave longer stretches without any.
 */
export function createPromotionTest({
  maxErrorRate,
  burst,
}: {
  readonly maxErrorRate: number;
  readonly burst: number;
}): PromotionTest {
  const perError = alternatives.map(({ part }) => Math.log(part) / burst);
  const perSuccess = alternatives.map(
    ({ part }) => (Math.log1p(-part * maxErrorRate) - Math.log1p(-maxErrorRate)) / burst,
  );
  let errors = 0;
  let successes = 0;

  function logEAfter(more: number): number {
    return logSumExp(
      alternatives.map(
        ({ weight }, index) =>
          Math.log(weight) +
          // 0 times the infinite cost of an error under "no errors at all" is nothing.
          (errors === 0 ? 0 : errors * (perError[index] ?? 0)) +
          (successes + more) * (perSuccess[index] ?? 0),
      ),
    );
  }

  return {
    add({ units, bad }) {
      errors += bad;
      successes += units - bad;
    },
    get logE() {
      return logEAfter(0);
    },
    unitsWanted(logRequired) {
      if (logEAfter(0) >= logRequired) return 0;
      let enough = 1;
      while (logEAfter(enough) < logRequired && enough < Number.MAX_SAFE_INTEGER / 2) enough *= 2;
      let few = enough / 2;
      while (enough - few > 1) {
        const middle = Math.floor((few + enough) / 2);
        if (logEAfter(middle) >= logRequired) enough = middle;
        else few = middle;
      }
      return enough;
    },
  };
}
