import { stepsOf, sumOf } from "../steps.ts";
import type { CanaryEvidence } from "../evidence-file.ts";
import { watchOf } from "./ticks.ts";
import type { Tick, Verdict } from "../verdict.ts";

/** A canary of two steps whose release fails on one page, for tests of what is shown of it. */
export function sampleEvidence(): CanaryEvidence {
  const watch = watchOf(60_000);
  const startedAt = Date.parse("2026-11-24T12:00:00.000Z");
  const baseline = {
    from: startedAt - 3_600_000,
    to: startedAt,
    requests: 4_210,
    slowMs: 180,
    burst: { errors: 1.4, slow: 1.2 },
  };
  const tick = (nth: number, share: number, errors: number): Tick => ({
    at: startedAt + (nth + 1) * 3_000,
    share,
    canary: { requests: 3 * share, units: 2 * share, errors, slow: 1 },
    stable: { requests: 300 - 3 * share, units: 200 - 2 * share, errors: 0, slow: 4 },
  });
  const ticks = [
    ...Array.from({ length: 20 }, (_, nth) => tick(nth, 20, 0)),
    tick(20, 50, 9),
    tick(21, 50, 14),
  ];
  const canary = sumOf(ticks.map((one) => one.canary));
  const stable = sumOf(ticks.map((one) => one.stable));
  const verdict: Verdict = {
    decision: "roll-back",
    reason:
      "23 of 1,000 distinct requests to the release failed (2.3 %), of the stable release 0 of 3,400 (0 %).",
    pValue: 0.0007,
    pValues: [...Array.from({ length: 20 }, () => 1), 0.04, 0.0007],
    metrics: [
      {
        metric: "errors",
        eValue: 2_800,
        burst: 1.4,
        canary: { units: canary.units, bad: canary.errors },
        stable: { units: stable.units, bad: stable.errors },
        detectableRatio: 74,
      },
      {
        metric: "slow",
        eValue: 0.4,
        burst: 1.2,
        canary: { units: canary.units, bad: canary.slow },
        stable: { units: stable.units, bad: stable.slow },
        detectableRatio: 3.3,
      },
    ],
    promotion: { eValue: 12, required: 20, unitsWanted: 14 },
    steps: stepsOf(ticks),
    watch: { alpha: watch.alpha, beta: watch.beta, maxErrorRate: watch.maxErrorRate },
  };
  const arm = { requests: 240, failed: 0, slow: 0, statuses: {} };
  return {
    format: 1,
    release: "20261124-120000-3f2a1bc",
    environment: "production",
    stable: ["20261123-090000-aaaaaaa"],
    kind: "canary",
    startedAt,
    tickMs: 3_000,
    watch,
    baseline,
    steps: [
      { share: 20, startedAt, endedAt: startedAt + 60_000 },
      { share: 50, startedAt: startedAt + 60_000 },
    ],
    ticks,
    before: [],
    pages: [
      {
        page: "GET /venues/:n",
        canary: { ...arm, failed: 23, statuses: { "500": 21, "502": 2 } },
        stable: arm,
      },
    ],
    gates: [],
    verdict,
    outcome: "rolled-back",
  };
}
