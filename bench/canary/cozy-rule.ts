import { analyse } from "../../src/canary/analyse.ts";
import { hourWatch as watch } from "../../src/canary/testing/ticks.ts";
import type { ArmCounts, Tick, Verdict } from "../../src/canary/verdict.ts";
import type { Outcome } from "./rules.ts";
import { tickMs, ticksAMinute } from "./scenarios.ts";
import type { ArmSeries, Stream } from "./stream.ts";

export const cozyName = "cozy, alpha 1 %";

/** The analyser that deploys use, on the counts that it would get: rolled back in the first tick that says so. */
export function cozyRule(stream: Stream): Outcome {
  const verdict = verdictOf(stream);
  const found = verdict.pValues.findIndex((pValue) => pValue <= watch.alpha);
  return found < 0
    ? { decision: verdict.decision, at: stream.ticks / ticksAMinute }
    : { decision: "roll-back", at: (found + 1) / ticksAMinute };
}

export function verdictOf(stream: Stream): Verdict {
  const ticks = Array.from({ length: stream.ticks }, (_, index): Tick => ({
    at: index * tickMs,
    share: (stream.share[index] ?? 0) * 100,
    canary: countsAt(stream.canary, index),
    stable: countsAt(stream.stable, index),
  }));
  const baseline = { from: 0, to: 0, requests: 1000, slowMs: 500, burst: stream.burst };
  return analyse({ baseline, ticks, gates: { failed: [] }, watch });
}

function countsAt(series: ArmSeries, index: number): ArmCounts {
  return {
    requests: series.requests[index] ?? 0,
    units: series.units[index] ?? 0,
    errors: series.errors[index] ?? 0,
    slow: series.slow[index] ?? 0,
  };
}
