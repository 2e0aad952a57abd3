import { writable, type CanaryEvidence } from "../../canary/evidence-file.ts";
import { sumOf } from "../../canary/steps.ts";
import { analyse } from "../../canary/analyse.ts";
import { countsText, pText } from "../../canary/text-numbers.ts";
import { thinned, type WatchProgress } from "../../canary/traffic-progress.ts";
import type { WatchReleaseInput } from "./watch-release.ts";
import type { Next } from "./watch-release-next.ts";

/** As many points as a chart in a terminal has. */
const points = 60;

export function progressOf(
  evidence: CanaryEvidence,
  { share, steps, last }: WatchReleaseInput,
  next: Extract<Next, { do: "watch" | "ask" }>,
): WatchProgress {
  const { kind, release, stable } = evidence;
  const verdict = writable(evidence.verdict) ?? analyse({ ...evidence, gates: { failed: evidence.gates } });
  return {
    kind,
    release,
    stable,
    share,
    steps,
    state: next.state,
    endsAt: next.do === "watch" ? next.endsAt : undefined,
    last,
    verdict: { ...verdict, pValues: thinned(verdict.pValues, points) },
  };
}

/** What stands beside the operation once it is over. */
export function noteOf({ ticks, verdict }: CanaryEvidence, decidedBy?: string): string {
  const canary = sumOf(ticks.map((tick) => tick.canary));
  const stable = sumOf(ticks.map((tick) => tick.stable));
  const counts = `${countsText(canary)}; stable ${countsText(stable)}; p ${pText(verdict?.pValue ?? 1)}`;
  return decidedBy === undefined ? counts : `${decidedBy}; ${counts}`;
}
