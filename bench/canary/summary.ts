import type { Cell } from "./measure.ts";

/** The value that `part` of all runs stay at or below; `Infinity` where fewer runs ever got there. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Wilson's 95 % interval of a proportion. */
export function wilson(count: number, runs: number): { readonly low: number; readonly high: number } {
  const score = 1.96;
  const rate = count / runs;
  const centre = rate + score ** 2 / (2 * runs);
  const spread = score * Math.sqrt((rate * (1 - rate)) / runs + score ** 2 / (4 * runs ** 2));
  const scale = 1 + score ** 2 / runs;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/** The largest part of sound releases that a rule took back, over all scenarios at this rate. */
export function worstFalseRollback(cells: readonly Cell[], rule: string, requestsAMinute: number): number {
  return Math.max(
    ...cells
      .filter((cell) => cell.rule === rule && cell.requestsAMinute === requestsAMinute && cell.scenario.sound)
      .map((cell) => cell.rolledBack / cell.runs),
  );
}

export function cellOf(
  cells: readonly Cell[],
  rule: string,
  scenario: string,
  requestsAMinute: number,
): Cell {
  const cell = cells.find(
    (one) => one.rule === rule && one.scenario.name === scenario && one.requestsAMinute === requestsAMinute,
  );
  if (cell === undefined) throw new Error(`${rule} was not measured in ${scenario} at ${requestsAMinute}`);
  return cell;
}

export function rulesOf(cells: readonly Cell[]): string[] {
  return [...new Set(cells.map(({ rule }) => rule))];
}
