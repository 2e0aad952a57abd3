import type { Goal } from "./goals.ts";
import type { Cell } from "./measure.ts";
import { requestRates, scenarios } from "./scenarios.ts";
import { cellOf, quantile, rulesOf, wilson } from "./summary.ts";

/** A row for each rule, a column for each scenario: what was taken back, and for a bad release when and after how many failures. */
export function terminalRows(cells: readonly Cell[], requestsAMinute: number): string[][] {
  return [
    ["rule", ...scenarios.map(({ name }) => name)],
    ...rulesOf(cells).map((rule) => [
      rule,
      ...scenarios.map(({ name }) => brief(cellOf(cells, rule, name, requestsAMinute))),
    ]),
  ];
}

function brief(cell: Cell): string {
  const rate = percent(cell.rolledBack / cell.runs);
  if (cell.scenario.sound) return rate;
  const minutes = quantile(cell.minutes, 0.5);
  return `${rate}${minutes === Infinity ? "" : ` @${minutes}m`} ·${count(cell.harm)}`;
}

/** The whole report. */
export function markdown(cells: readonly Cell[], goals: readonly Goal[], runs: number): string {
  return [
    "# The canary's analyser beside the rules of other tools",
    "",
    `Made by \`node bench/canary.ts --runs ${runs}\`. Every rule sees the same generated traffic: clients come and go, ask eight times on`,
    "average and stay with one release; a watch lasts an hour (but for 24 h) with a fifth of the clients on the canary (but for the ramp).",
    "The other rules are written anew from their documentation and sources, with the example settings; someone who knows their own rate of",
    "errors can set them better, for that rate and that traffic. They look at minutes, and ours at ticks of 15 s.",
    "cozy judges with the defaults of the project file, two metrics (errors and slow requests) and the burst factor that it measures in",
    "the six hours before (50,000 requests at most; in the young scenario there are 20 minutes).",
    "",
    "![Time to find a regression against false roll-backs](canary.svg)",
    "",
    "## Goals",
    "",
    "Against the other rules that take back fewer than 5 % of the sound releases in every scenario at that rate: the median of the minutes",
    "against the one that finds the regression first, the failed requests against the one that lets the fewest through.",
    "",
    ...goals.map(({ met, text }) => `- ${met ? "met" : "**missed**"}: ${text}`),
    ...requestRates.flatMap((rate) => section(cells, rate)),
    "",
  ].join("\n");
}

function section(cells: readonly Cell[], requestsAMinute: number): string[] {
  return [
    "",
    `## ${requestsAMinute} requests a minute`,
    "",
    "Sound releases: false roll-backs, with their 95 % interval (Wilson).",
    "",
    ...table(
      ["scenario (runs)", ...rulesOf(cells)],
      scenarios
        .filter(({ sound }) => sound)
        .map(({ name }) => {
          const row = rulesOf(cells).map((rule) => cellOf(cells, rule, name, requestsAMinute));
          return [`${name} (${row[0]?.runs ?? 0})`, ...row.map(falseRollbacks)];
        }),
    ),
    "",
    "Bad releases: found; median / 90 % of the minutes (and of the canary's requests) until then, over all runs; failed requests that the",
    "canary served; inconclusive; promoted.",
    "",
    ...table(
      ["scenario", "rule", "found", "minutes", "requests", "harm", "inconclusive", "promoted"],
      scenarios
        .filter(({ sound }) => !sound)
        .flatMap(({ name }) =>
          rulesOf(cells).map((rule) => [name, rule, ...found(cellOf(cells, rule, name, requestsAMinute))]),
        ),
    ),
  ];
}

function falseRollbacks({ rolledBack, runs }: Cell): string {
  const { low, high } = wilson(rolledBack, runs);
  return `${percent(rolledBack / runs)} (${percent(low)} to ${percent(high)})`;
}

function found(cell: Cell): string[] {
  return [
    percent(cell.rolledBack / cell.runs),
    `${count(quantile(cell.minutes, 0.5))} / ${count(quantile(cell.minutes, 0.9))}`,
    `${count(quantile(cell.requests, 0.5))} / ${count(quantile(cell.requests, 0.9))}`,
    count(cell.harm),
    percent(cell.inconclusive / cell.runs),
    percent(cell.promoted / cell.runs),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function count(value: number): string {
  if (value === Infinity) return "–";
  return value < 10 ? String(Number(value.toFixed(2))) : String(Math.round(value));
}
