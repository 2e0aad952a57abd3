import { isHigher } from "./mann-whitney.ts";

/** What the rules of other tools look at: requests and failed requests of both arms, minute by minute. */
export interface Minutes {
  readonly canary: MinuteCounts;
  readonly stable: MinuteCounts;
}

export interface MinuteCounts {
  readonly requests: ArrayLike<number>;
  readonly failed: ArrayLike<number>;
}

export interface Outcome {
  readonly decision: "promote" | "roll-back" | "inconclusive";
  /** Minutes after the canary's start. */
  readonly at: number;
}

export interface Rule {
  readonly name: string;
  readonly decide: (minutes: Minutes) => Outcome;
}

/** Written from what the tools' documentation and the facts page say that they do: each with its documented settings. */
export const otherRules: readonly Rule[] = [
  { name: "Flagger, 5 steps", decide: (minutes) => flagger(minutes, 5) },
  { name: "Flagger, 60 iterations", decide: (minutes) => flagger(minutes, 60) },
  { name: "Argo Rollouts, docs", decide: argo },
  { name: "Kayenta, Mann-Whitney", decide: kayenta },
  { name: "z-test each minute", decide: peekedZTest },
];

/**
 * Each minute the success rate must be 99 %; a minute below it, or without a request, is a failed check. Five failed ones, which no good
 * one takes back, roll back; enough good ones promote.
 */
export function flagger({ canary }: Minutes, goodChecks: number): Outcome {
  let failed = 0;
  let good = 0;
  for (let minute = 0; minute < canary.requests.length; minute += 1) {
    const requests = canary.requests[minute] ?? 0;
    const failures = canary.failed[minute] ?? 0;
    if (requests > 0 && (requests - failures) / requests >= 0.99) good += 1;
    else failed += 1;
    if (failed >= 5) return { decision: "roll-back", at: minute + 1 };
    if (good >= goodChecks) return { decision: "promote", at: minute + 1 };
  }
  return { decision: "promote", at: canary.requests.length };
}

/** Every five minutes the success rate of those five must be 95 %; no number is no success. More than three failures roll back. */
export function argo({ canary }: Minutes): Outcome {
  let failed = 0;
  for (let until = 5; until <= canary.requests.length; until += 5) {
    const requests = sum(canary.requests, until - 5, until);
    const failures = sum(canary.failed, until - 5, until);
    if (!((requests - failures) / requests >= 0.95)) failed += 1;
    if (failed > 3) return { decision: "roll-back", at: until };
  }
  return { decision: "promote", at: canary.requests.length };
}

/** Every quarter of an hour the per-minute error percentages since the start are compared; higher ones roll back. */
export function kayenta({ canary, stable }: Minutes): Outcome {
  for (let until = 15; until <= canary.requests.length; until += 15) {
    if (isHigher(percentages(canary, until), percentages(stable, until)))
      return { decision: "roll-back", at: until };
  }
  return { decision: "promote", at: canary.requests.length };
}

/** Each minute a one-sided test of two proportions at 5 %, of all requests so far. */
export function peekedZTest({ canary, stable }: Minutes): Outcome {
  let [canaryRequests, canaryFailed, stableRequests, stableFailed] = [0, 0, 0, 0];
  for (let minute = 0; minute < canary.requests.length; minute += 1) {
    canaryRequests += canary.requests[minute] ?? 0;
    canaryFailed += canary.failed[minute] ?? 0;
    stableRequests += stable.requests[minute] ?? 0;
    stableFailed += stable.failed[minute] ?? 0;
    const pooled = (canaryFailed + stableFailed) / (canaryRequests + stableRequests);
    const error = Math.sqrt(pooled * (1 - pooled) * (1 / canaryRequests + 1 / stableRequests));
    const difference = canaryFailed / canaryRequests - stableFailed / stableRequests;
    if (difference / error > 1.6449) return { decision: "roll-back", at: minute + 1 };
  }
  return { decision: "promote", at: canary.requests.length };
}

function percentages({ requests, failed }: MinuteCounts, until: number): number[] {
  const values: number[] = [];
  for (let minute = 0; minute < until; minute += 1) {
    const count = requests[minute] ?? 0;
    if (count > 0) values.push((100 * (failed[minute] ?? 0)) / count);
  }
  return values;
}

function sum(values: ArrayLike<number>, from: number, to: number): number {
  let total = 0;
  for (let index = from; index < to; index += 1) total += values[index] ?? 0;
  return total;
}
