import type { Style } from "../events/marks.ts";
import { durationText, momentText } from "../shared/duration.ts";
import type { CanaryEvidence } from "../canary/evidence-file.ts";
import { likelyRate } from "../canary/detectable.ts";
import { sumOf } from "../canary/steps.ts";
import { pCurve } from "../canary/text.ts";
import { bulletPages, pText, rateText, whole } from "../canary/text-numbers.ts";
import { thinned } from "../canary/traffic-progress.ts";
import type { ArmCounts, MetricEvidence, StepCounts } from "../canary/verdict.ts";
import { textTable } from "./text-table.ts";

/** Everything that was seen of a release that was watched, for whoever asks why it was promoted or rolled back. */
export function evidenceText(evidence: CanaryEvidence, style: Style, now: number): string {
  const { verdict, pages } = evidence;
  return [
    `${style.colours.bold(evidence.release)}  ${outcomeText(evidence, style)}`,
    ...(verdict === undefined ? [] : ["", `  ${verdict.reason}`]),
    ...(evidence.decidedBy === undefined ? [] : [`  Decided by ${evidence.decidedBy}.`]),
    "",
    textTable(aboutRows(evidence, style, now), "  "),
    "",
    textTable(countRows(evidence), "  "),
    ...(pages.length === 0 ? [] : ["", "  Pages of the release that failed or were slow, in requests:"]),
    ...bulletPages(pages, 8).map((line) => `    ${line}`),
  ].join("\n");
}

const outcomes = {
  watching: "is watched",
  promoted: "was promoted",
  "rolled-back": "was rolled back",
  "taken-back": "was taken back before its verdict",
} as const;

function outcomeText({ outcome }: CanaryEvidence, { colours }: Style): string {
  const colour = outcome === "promoted" ? colours.green : outcome === "watching" ? colours.cyan : colours.red;
  return colour(outcomes[outcome]);
}

const curveWidth = 48;

function aboutRows(evidence: CanaryEvidence, { marks }: Style, now: number): string[][] {
  const { startedAt, stable, baseline, verdict, watch, kind, ticks, tickMs } = evidence;
  const lastAt = ticks.at(-1)?.at ?? startedAt;
  const how =
    kind === "switch" ? "after all traffic had moved, and compared with the time before" : "beside it";
  const rows = [
    ["watched", `for ${durationText(lastAt - startedAt)} since ${momentText(startedAt)}, ${how}`],
    ["against", stable.join(", ")],
    ["past", pastText(evidence)],
    ["counted", `distinct requests: a client counts once for each kind of page in ${durationText(tickMs)}`],
    [
      "bursts",
      `factor ${two(baseline.burst.errors)} for errors, ${two(baseline.burst.slow)} for slow requests`,
    ],
  ];
  if (verdict === undefined) return rows;
  const curve = pCurve(thinned(verdict.pValues, curveWidth), watch.alpha, marks.levels);
  const { promotion } = verdict;
  rows.push(
    [
      "evidence",
      `${curve}${curve === "" ? "" : "  "}p ${pText(verdict.pValue)}, rolled back at ${pText(watch.alpha)}`,
    ],
    [
      "promotion",
      promotion.unitsWanted === 0
        ? `fewer than ${rateText(watch.maxErrorRate, 1)} fail: shown`
        : promotion.unitsWanted === undefined
          ? `the stable release itself fails too often to show fewer than ${rateText(watch.maxErrorRate, 1)}`
          : `fewer than ${rateText(watch.maxErrorRate, 1)} fail: ${whole(promotion.unitsWanted)} more distinct requests without an error would show it`,
    ],
    ...verdict.metrics.map(metricRow),
  );
  if (evidence.outcome === "watching" && now - lastAt > 3 * tickMs + 30_000) {
    rows.push([
      "last seen",
      `${durationText(now - lastAt)} ago: nobody watches it just now (cozy status ${evidence.environment})`,
    ]);
  }
  return rows;
}

function pastText({ baseline, watch }: CanaryEvidence): string {
  const limit = watch.slowMs ?? baseline.slowMs;
  const slow =
    limit === undefined
      ? "too few to say what is slow"
      : `slow from ${durationText(limit)} on${watch.slowMs === undefined ? ", its 95th percentile" : ", as declared"}`;
  return `${whole(baseline.requests)} requests of the stable release in ${durationText(baseline.to - baseline.from)}; ${slow}`;
}

function metricRow({ metric, stable, detectableRatio }: MetricEvidence): string[] {
  const what = metric === "errors" ? "errors" : "slow";
  const shown =
    detectableRatio === undefined
      ? "so little traffic shows no difference"
      : `this much traffic shows ${rateText(detectableRatio * likelyRate(stable), 1)} or more${stable.bad === 0 ? "" : ` (${two(detectableRatio)} times as many)`}, fewer probably not`;
  return [what, shown];
}

function countRows({ verdict, kind, ticks, steps }: CanaryEvidence): string[][] {
  const watched: readonly Pick<StepCounts, "share" | "canary" | "stable">[] = verdict?.steps ?? [];
  const nameOf = (share: number) => (kind === "switch" ? "all traffic" : `${share} %`);
  const idle = steps.filter(
    ({ share }) => kind === "canary" && !watched.some((step) => step.share === share),
  );
  const sum = {
    canary: sumOf(ticks.map(({ canary }) => canary)),
    stable: sumOf(ticks.map(({ stable }) => stable)),
  };
  return [
    ["share", "new release", kind === "switch" ? "release before" : "stable release"],
    ...watched.map(({ share, canary, stable }) => [nameOf(share), armText(canary), armText(stable)]),
    ...idle.map(({ share }) => [nameOf(share), "not counted yet"]),
    ...(watched.length > 1 ? [["all", armText(sum.canary), armText(sum.stable)]] : []),
  ];
}

function armText({ requests, units, errors, slow }: ArmCounts): string {
  const rate = (bad: number) => (bad === 0 ? "" : ` (${rateText(bad, units)})`);
  return `${whole(requests)} requests, ${whole(units)} distinct: ${whole(errors)} failed${rate(errors)}, ${whole(slow)} slow${rate(slow)}`;
}

function two(value: number): string {
  return value >= 10 ? whole(value) : String(Number(value.toPrecision(2)));
}
