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

/**
 * Against the other rules that take back fewer than 5 % of the sound releases in every scenario of this rate: not later than the one that
 * finds the regression first, and with no more failed requests than the one that lets the fewest through.
 */
function againstTheBest(cells: readonly Cell[], requestsAMinute: number): Goal[] {
  const what = `${regression} at ${requestsAMinute} requests/min`;
  const ours = cellOf(cells, cozyName, regression, requestsAMinute);
  const others = rulesOf(cells)
    .filter((rule) => rule !== cozyName && worstFalseRollback(cells, rule, requestsAMinute) < 0.05)
    .map((rule) => cellOf(cells, rule, regression, requestsAMinute));
  const [first] = others.toSorted((a, b) => compare(median(a), median(b)));
  const [mildest] = others.toSorted((a, b) => a.harm - b.harm);
  return [
    {
      met: median(ours) < Infinity && (first === undefined || median(ours) <= median(first)),
      text: `${what}: found after ${said(ours)} (${against(first, said)})`,
    },
    {
      met: mildest === undefined || ours.harm <= mildest.harm,
      text: `${what}: ${harmed(ours)} (${against(mildest, harmed)})`,
    },
  ];
}

function against(cell: Cell | undefined, tell: (cell: Cell) => string): string {
  return cell === undefined ? "no other rule stays under 5 %" : `${cell.rule}: ${tell(cell)}`;
}

function median({ minutes }: Cell): number {
  return quantile(minutes, 0.5);
}

/** Two that never found it are equal: their difference is not a number. */
function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

function said(cell: Cell): string {
  return median(cell) === Infinity ? "never, in most runs" : `${median(cell)} min`;
}

function harmed({ harm }: Cell): string {
  return `${harm.toFixed(1)} failed requests served`;
}
