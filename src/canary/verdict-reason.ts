import type { Watch } from "../project/project.ts";
import { likelyRate } from "./detectable.ts";
import type { Gates, MetricEvidence, Verdict } from "./verdict.ts";

type Evidence = Omit<Verdict, "decision" | "reason">;
type Decided = Pick<Verdict, "decision" | "reason">;

/** The decision, and in sentences with their numbers what made it. */
export function decide(evidence: Evidence, gates: Gates, watch: Watch): Decided {
  if (gates.failed.length > 0) return { decision: "roll-back", reason: `${gates.failed.join("; ")}.` };
  const { pValue, promotion } = evidence;
  if (pValue <= watch.alpha) {
    const worst = evidence.metrics.toSorted((a, b) => b.eValue - a.eValue)[0];
    return { decision: "roll-back", reason: `${worse(worst)} ${chance(pValue, watch.alpha)}` };
  }
  if (promotion.unitsWanted === 0) return { decision: "promote", reason: proven(evidence) };
  return { decision: "inconclusive", reason: `${undecided(evidence)} ${detectable(evidence.metrics)}` };
}

function worse(metric: MetricEvidence | undefined): string {
  if (metric === undefined) return "The release is worse than the stable one.";
  const { canary, stable } = metric;
  const word = metric.metric === "errors" ? "failed" : "were slow";
  const canaryRate = rate(canary);
  const stableRate = rate(stable);
  const times = stableRate > 0 ? `, ${plain(canaryRate / stableRate)} times as often` : "";
  return `${whole(canary.bad)} of ${distinct(canary.units)} to the release ${word} (${percent(canaryRate)}), of the stable release ${whole(stable.bad)} of ${whole(stable.units)} (${percent(stableRate)})${times}.`;
}

function chance(pValue: number, alpha: number): string {
  return `A release that is no worse shows this with a probability of ${atMost(pValue)}; ${percent(alpha)} is the limit.`;
}

function proven({ metrics, promotion, watch }: Evidence): string {
  const canary = metrics[0]?.canary ?? { units: 0, bad: 0 };
  return `${whole(canary.bad)} of ${distinct(canary.units)} to the release failed: fewer than ${percent(watch.maxErrorRate)} is shown with an error of ${atMost(Math.min(1, 1 / promotion.eValue))} (${percent(watch.beta)} is asked). ${detectable(metrics)}`;
}

function undecided({ metrics, promotion, pValue, watch }: Evidence): string {
  const errors = metrics[0];
  const canary = errors?.canary ?? { units: 0, bad: 0 };
  const stable = errors?.stable ?? { units: 0, bad: 0 };
  const worse = `that it is worse than the stable one is not (p = ${percent(pValue)}, ${percent(watch.alpha)} is the limit)`;
  if (promotion.unitsWanted === undefined) {
    return `The stable release itself fails ${percent(rate(stable))} of its distinct requests, so that fewer than ${percent(watch.maxErrorRate)} (maxErrorRate) can't be shown of this one, and ${worse}.`;
  }
  return `${whole(canary.bad)} of ${distinct(canary.units)} to the release failed: that it fails less often than ${percent(watch.maxErrorRate)} is not shown yet (${distinct(promotion.unitsWanted)} without an error ${promotion.unitsWanted === 1 ? "is" : "are"} wanted), and ${worse}.`;
}

/** What so much traffic could have shown at all, so that silence is not taken for health. */
function detectable(metrics: readonly MetricEvidence[]): string {
  const [errors] = metrics;
  if (errors?.detectableRatio === undefined)
    return "So little traffic would have shown no difference in errors.";
  const { stable, detectableRatio } = errors;
  const least = percent(detectableRatio * likelyRate(stable));
  // So many times nothing would say nothing.
  const times = stable.bad === 0 ? "" : `, ${plain(detectableRatio)} times the stable release's`;
  return `So much traffic shows a rate of failures of ${least} or more${times}; a lower one probably not.`;
}

function rate({ units, bad }: { readonly units: number; readonly bad: number }): number {
  return units === 0 ? 0 : bad / units;
}

/** A unit, in words: a client's requests for one kind of page count once a tick. */
function distinct(count: number): string {
  return `${whole(count)} distinct ${count === 1 ? "request" : "requests"}`;
}

function whole(count: number): string {
  return count.toLocaleString("en-GB");
}

function atMost(part: number): string {
  return part < 0.0001 ? "less than 0.01 %" : `${percent(part)} at most`;
}

function percent(part: number): string {
  const hundredths = part * 100;
  if (hundredths > 0 && hundredths < 0.01) return "less than 0.01 %";
  return `${plain(hundredths)} %`;
}

/** Two figures that mean something, and no more than whole numbers from ten on. */
function plain(value: number): string {
  return value >= 10 ? whole(Math.round(value)) : String(Number(value.toPrecision(2)));
}
