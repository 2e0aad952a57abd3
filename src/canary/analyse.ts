import type { Watch } from "../project/project.ts";
import { combine } from "./combine.ts";
import { detectableRatio } from "./detectable.ts";
import { createEProcess, type EProcess } from "./e-process.ts";
import { createPromotionTest, type PromotionTest } from "./promotion-test.ts";
import { createSpans } from "./spans.ts";
import { stepsOf, sumOf } from "./steps.ts";
import type { Baseline, Gates, MetricEvidence, PromotionEvidence, Tick, Verdict } from "./verdict.ts";
import { decide } from "./verdict-reason.ts";

export interface Analysis {
  /** The stable release before the canary took traffic. */
  readonly baseline: Baseline;
  /** In the order of time. */
  readonly ticks: readonly Tick[];
  readonly gates: Gates;
  readonly watch: Watch;
}

/** Failures cost more than waiting, and are so much rarer that their evidence has to go further. */
const weights = { errors: 0.75, slow: 0.25 };

interface Metric {
  readonly name: MetricEvidence["metric"];
  /** Its part in the combined evidence. */
  readonly weight: number;
  readonly margin: number;
  readonly burst: number;
  readonly process: EProcess;
}

/**
 * What the counts so far say about a release: promote, roll back, or neither yet. Pure: the same ticks give the same verdict, whoever
 * asks and however often. `promote` says that the promise is proven now; whether the bake is over is the caller's to know.
 */
export function analyse({ baseline, ticks, gates, watch }: Analysis): Verdict {
  const metrics = metricsOf(baseline, watch);
  const promotion = createPromotionTest({ maxErrorRate: watch.maxErrorRate, burst: baseline.burst.errors });
  const pValues = follow(ticks, watch, metrics, promotion);
  const evidence = {
    pValue: pValues.at(-1) ?? 1,
    pValues,
    metrics: metrics.map((metric) => evidenceOf(metric, ticks, watch.alpha)),
    promotion: promotionOf(promotion, ticks, watch),
    steps: stepsOf(ticks),
    watch: { alpha: watch.alpha, beta: watch.beta, maxErrorRate: watch.maxErrorRate },
  };
  return { ...decide(evidence, gates, watch), ...evidence };
}

function metricsOf({ burst, slowMs }: Baseline, watch: Watch): Metric[] {
  const metric = (name: Metric["name"], weight: number, margin: number): Metric => ({
    name,
    weight,
    margin,
    burst: Math.max(1, burst[name]),
    process: createEProcess({ margin, burst: Math.max(1, burst[name]) }),
  });
  // Without a limit nothing is slow: a metric that can't show anything would only dilute the other.
  if ((watch.slowMs ?? slowMs) === undefined) return [metric("errors", 1, watch.errorMargin)];
  return [
    metric("errors", weights.errors, watch.errorMargin),
    metric("slow", weights.slow, watch.slowMargin),
  ];
}

/** Feeds the ticks in; the always-valid p-value after each. */
function follow(
  ticks: readonly Tick[],
  watch: Watch,
  metrics: readonly Metric[],
  promotion: PromotionTest,
): number[] {
  const spans = createSpans(watch.bakeMs);
  let pValue = 1;
  return ticks.map((tick) => {
    promotion.add({ units: tick.canary.units, bad: tick.canary.errors });
    for (const { canary, stable } of spans.add(tick)) {
      for (const { name, process } of metrics) {
        process.add({
          canary: { units: canary.units, bad: canary[name] },
          stable: { units: stable.units, bad: stable[name] },
        });
      }
      const logE = combine(metrics.map(({ process, weight }) => ({ logE: process.logE, weight })));
      pValue = Math.min(pValue, Math.exp(-logE));
    }
    return pValue;
  });
}

function evidenceOf(
  { name, weight, margin, burst, process }: Metric,
  ticks: readonly Tick[],
  alpha: number,
): MetricEvidence {
  const canary = sumOf(ticks.map((tick) => tick.canary));
  const stable = sumOf(ticks.map((tick) => tick.stable));
  return {
    metric: name,
    eValue: Math.exp(process.logE),
    burst,
    canary: { units: canary.units, bad: canary[name] },
    stable: { units: stable.units, bad: stable[name] },
    detectableRatio: detectableRatio({
      canaryUnits: canary.units,
      stable: { units: stable.units, bad: stable[name] },
      margin,
      burst,
      // Alone, with its part of the average: the other may say nothing.
      logRequired: -Math.log(weight * alpha),
    }),
  };
}

function promotionOf(promotion: PromotionTest, ticks: readonly Tick[], watch: Watch): PromotionEvidence {
  const canary = sumOf(ticks.map((tick) => tick.canary));
  const stable = sumOf(ticks.map((tick) => tick.stable));
  const hopeless = stable.units > 0 && stable.errors / stable.units >= watch.maxErrorRate;
  const wanted = promotion.unitsWanted(Math.log(1 / watch.beta));
  return {
    eValue: Math.exp(promotion.logE),
    required: 1 / watch.beta,
    unitsWanted:
      wanted > 0 && hopeless ? undefined : Math.max(wanted, watch.minRequests - canary.requests, 0),
  };
}
