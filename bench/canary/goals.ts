import { cozyName } from "./cozy-rule.ts";
import type { Cell } from "./measure.ts";
import { requestRates } from "./scenarios.ts";
import { cellOf, quantile, rulesOf, worstFalseRollback } from "./summary.ts";

export interface Goal {
  readonly met: boolean;
  readonly text: string;
}

const regression = "+20 pp";

/** What the canary promises, held against what was measured. */
export function checkGoals(cells: readonly Cell[]): Goal[] {
  return [falseRollbacks(cells), ...requestRates.flatMap((rate) => againstTheBest(cells, rate))];
}

function falseRollbacks(cells: readonly Cell[]): Goal {
  const worst = Math.max(...requestRates.map((rate) => worstFalseRollback(cells, cozyName, rate)));
  return {
    met: worst <= 0.02,
    text: `false roll-backs at alpha 1 %: at most 2 % in every scenario (${(worst * 100).toFixed(2)} % in the worst)`,
  };
}

/** The rule that finds the regression first among those that take back fewer than 5 % of the sound releases in every scenario. */
function againstTheBest(cells: readonly Cell[], requestsAMinute: number): Goal[] {
  const at = `at ${requestsAMinute} requests/min`;
  const ours = cellOf(cells, cozyName, regression, requestsAMinute);
  const minutes = quantile(ours.minutes, 0.5);
  const [best] = rulesOf(cells)
    .filter((rule) => rule !== cozyName && worstFalseRollback(cells, rule, requestsAMinute) < 0.05)
    .map((rule) => cellOf(cells, rule, regression, requestsAMinute))
    .toSorted((a, b) => compare(quantile(a.minutes, 0.5), quantile(b.minutes, 0.5)) || a.harm - b.harm);
  if (best === undefined) {
    const found = minutes < Infinity;
    return [
      {
        met: found,
        text: `${regression} ${at}: found after ${said(minutes)}; no other rule keeps under 5 %`,
      },
    ];
  }
  const theirs = quantile(best.minutes, 0.5);
  return [
    {
      met: minutes < Infinity && minutes <= theirs,
      text: `${regression} ${at}: found after ${said(minutes)} (${best.rule}: ${said(theirs)})`,
    },
    {
      met: ours.harm <= best.harm,
      text: `${regression} ${at}: ${ours.harm.toFixed(1)} failed requests served (${best.rule}: ${best.harm.toFixed(1)})`,
    },
  ];
}

/** Two that never found it are equal: their difference is not a number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

function said(minutes: number): string {
  return minutes === Infinity ? "never, in most runs" : `${minutes} min`;
}
