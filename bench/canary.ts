/**
 * The canary's analyser beside the documented rules of other tools, on identical generated traffic: `node bench/canary.ts [--runs 400]`.
 * Writes bench/results/canary.md and canary.svg, checks the goals, and ends with 1 where one is missed.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkGoals } from "./canary/goals.ts";
import { measure, type Cell } from "./canary/measure.ts";
import { plot } from "./canary/plot.ts";
import { markdown, terminalRows } from "./canary/report.ts";
import { requestRates, scenarios } from "./canary/scenarios.ts";
import { printTable } from "./statistics.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "400" } } });
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 10) throw new Error(`--runs ${values.runs}: a whole number from 10 on`);

const cells: Cell[] = [];
for (const requestsAMinute of requestRates) {
  for (const [index, scenario] of scenarios.entries()) {
    // A day is 24 hours' work: a tenth of the runs.
    const wanted = scenario.minutes > 60 ? Math.max(10, Math.round(runs / 10)) : runs;
    cells.push(...measure(scenario, requestsAMinute, wanted, 1_000_003 * (index + 1)));
  }
  printTable(
    `Canary at ${requestsAMinute} requests/min, ${runs} runs each`,
    terminalRows(cells, requestsAMinute),
  );
}
const goals = checkGoals(cells);
printTable(
  "Goals",
  goals.map(({ met, text }) => [met ? "met" : "MISSED", text]),
);
const results = new URL("results/", import.meta.url);
await mkdir(results, { recursive: true });
await writeFile(new URL("canary.md", results), markdown(cells, goals, runs));
await writeFile(new URL("canary.svg", results), plot(cells));
if (goals.some(({ met }) => !met)) process.exitCode = 1;
