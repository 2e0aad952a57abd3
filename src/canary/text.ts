import type { Style } from "../events/marks.ts";
import { durationText } from "../shared/duration.ts";
import { sumOf } from "./steps.ts";
import { pText, rateText, whole } from "./text-numbers.ts";
import type { WatchProgress } from "./traffic-progress.ts";
import type { ArmCounts } from "./verdict.ts";

export interface WatchCanvas extends Style {
  readonly width: number;
  readonly now: number;
}

/** The watch of a release as a block of lines, for a terminal that draws it again and again. */
export function watchLines(watch: WatchProgress, canvas: WatchCanvas): string[] {
  const { colours } = canvas;
  const label = (word: string) => colours.dim(word.padEnd(labelWidth));
  const { canary, stable } = armsOf(watch);
  const second = watch.kind === "switch" ? "before" : "stable";
  return [
    `${label("traffic")}${shareBar(watch, canvas)}`,
    `${label("new")}${armText(canary, canary, stable, canvas)}`,
    `${label(second)}${armText(stable, canary, stable, canvas)}`,
    `${label("evidence")}${evidenceText(watch, canvas)}`,
    `${label("wanted")}${wantedText(watch, canvas.now)}`,
  ];
}

/** The watch in one line, for a log. */
export function watchLine(watch: WatchProgress, now: number): string {
  const { canary, stable } = armsOf(watch);
  const counts = (arm: ArmCounts) =>
    `${whole(arm.requests)} requests, ${whole(arm.units)} distinct: ${whole(arm.errors)} failed, ${whole(arm.slow)} slow`;
  const second = watch.kind === "switch" ? "before" : "stable";
  const share = watch.kind === "switch" ? "all traffic" : `${watch.share} %`;
  const { pValue, watch: limits } = watch.verdict;
  return `${share}: new ${counts(canary)}; ${second} ${counts(stable)}; p ${pText(pValue)}, rolled back at ${pText(limits.alpha)}; wanted: ${wantedText(watch, now)}`;
}

/** The p-value after each tick as small columns, full where the release is rolled back: evidence against it, growing. */
export function pCurve(pValues: readonly number[], alpha: number, levels: readonly string[]): string {
  return pValues
    .map((p) => {
      const part = Math.min(1, Math.log(Math.max(p, Number.MIN_VALUE)) / Math.log(alpha));
      const level = part >= 1 ? levels.length - 1 : Math.floor(part * (levels.length - 1));
      return levels[Math.max(0, level)] ?? "";
    })
    .join("");
}

const labelWidth = 10;
const barWidth = 30;
const curveWidth = 30;

function armsOf({ verdict }: WatchProgress): { readonly canary: ArmCounts; readonly stable: ArmCounts } {
  return {
    canary: sumOf(verdict.steps.map(({ canary }) => canary)),
    stable: sumOf(verdict.steps.map(({ stable }) => stable)),
  };
}

function shareBar({ kind, share, steps }: WatchProgress, { colours, marks, width }: WatchCanvas): string {
  if (kind === "switch") return "all to the new release; compared with the time before";
  const columns = Math.max(10, Math.min(barWidth, width - 60));
  const full = Math.min(columns - 1, Math.max(1, Math.round((share * columns) / 100)));
  const bar = `${colours.cyan(marks.full.repeat(full))}${colours.dim(marks.empty.repeat(columns - full))}`;
  const stops = [...steps.map((step) => `${step} %`), "all"];
  const now = steps.indexOf(share);
  const path = stops.map((stop, index) => (index === now ? colours.bold(stop) : colours.dim(stop)));
  return `${bar}  ${path.join(colours.dim(` ${marks.arrow} `))}`;
}

function armText(arm: ArmCounts, canary: ArmCounts, stable: ArmCounts, { colours }: WatchCanvas): string {
  const widthOf = (pick: (counts: ArmCounts) => number) =>
    Math.max(whole(pick(canary)).length, whole(pick(stable)).length);
  const cell = (pick: (counts: ArmCounts) => number) => whole(pick(arm)).padStart(widthOf(pick));
  const rate = (bad: number) => colours.dim((bad === 0 ? "" : rateText(bad, arm.units)).padEnd(7));
  const failed = `${cell(({ errors }) => errors)} failed`;
  return [
    `${cell(({ requests }) => requests)} requests  ${cell(({ units }) => units)} distinct  `,
    `${arm.errors > 0 && arm === canary ? colours.yellow(failed) : failed} ${rate(arm.errors)} `,
    `${cell(({ slow }) => slow)} slow ${rate(arm.slow)}`,
  ]
    .join("")
    .trimEnd();
}

function evidenceText({ verdict }: WatchProgress, { colours, marks, width }: WatchCanvas): string {
  const { pValue, pValues, watch } = verdict;
  const shown = pValues.slice(-Math.max(8, Math.min(curveWidth, width - 60)));
  const curve = pCurve(shown, watch.alpha, marks.levels);
  const colour =
    pValue <= watch.alpha ? colours.red : pValue < Math.sqrt(watch.alpha) ? colours.yellow : colours.green;
  const text = `p ${pText(pValue)}, rolled back at ${pText(watch.alpha)}`;
  return curve === "" ? colours.dim(text) : `${colour(curve)}  ${text}`;
}

/** What is still wanted for the promotion, and for how long this goes on. */
function wantedText(watch: WatchProgress, now: number): string {
  const { unitsWanted } = watch.verdict.promotion;
  const { maxErrorRate } = watch.verdict.watch;
  const wanted =
    unitsWanted === undefined
      ? `the stable release itself fails too often to show fewer than ${rateText(maxErrorRate, 1)}`
      : unitsWanted === 0
        ? "nothing more"
        : `${whole(unitsWanted)} distinct ${unitsWanted === 1 ? "request" : "requests"} without an error`;
  return [wanted, ...timeText(watch, now)].join("; ");
}

function timeText({ state, endsAt, last }: WatchProgress, now: number): string[] {
  if (state === "held") return ["held until that suffices or a person decides"];
  if (state === "asked") return ["waits for a person"];
  if (endsAt === undefined) return [];
  const left = durationText(Math.max(0, Math.ceil((endsAt - now) / 1000) * 1000)).replace(
    /^0 ms$/,
    "no time",
  );
  if (state === "extended") return [`watched longer, ${left} left`];
  return [`${left} left ${last ? "at least" : "at this share"}`];
}
