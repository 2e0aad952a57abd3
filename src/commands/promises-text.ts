import type { Style } from "../events/marks.ts";
import { printable } from "../events/text-width.ts";
import type { Ledger } from "../promises/ledger.ts";
import type { PromiseRow, PromiseState } from "../promises/promise.ts";
import { textTable } from "./text-table.ts";
import { ageText } from "../shared/duration.ts";
import { counted } from "../shared/words.ts";

/** What `cozy promises` prints: a line a promise, then why one is not kept and what would change that. */
export function ledgerText(ledger: Ledger, style: Style, project: string): string {
  const { environment, release, rows } = ledger;
  const serves = release === undefined ? "" : `  ${style.colours.dim(release)}`;
  const [head = "", ...lines] = textTable([
    ["promise", "declared", "measured", "when", "by"],
    ...rows.map(cellsOf),
  ]).split("\n");
  return [
    `${style.colours.bold(`${project} ${environment}`)}${serves}  ${sumText(ledger, style)}`,
    "",
    `    ${style.colours.dim(head)}`,
    ...lines.map((line, index) => `  ${markOf(rows[index]?.state, style)} ${line}`),
    ...rows.filter(isOpen).flatMap((row) => reasonLines(row, style)),
  ].join("\n");
}

function cellsOf({ promise, declared, measured, ageMs, by, state }: PromiseRow): string[] {
  return [
    promise,
    declared === "" ? state : declared,
    measured ?? "",
    ageMs === undefined ? "" : agoText(ageMs),
    by ?? "",
  ].map(printable);
}

function agoText(ageMs: number): string {
  const age = ageText(ageMs);
  return age === "now" ? age : `${age} ago`;
}

function markOf(state: PromiseState | undefined, { marks }: Style): string {
  switch (state) {
    case "kept":
      return marks.done;
    case "broken":
      return marks.failed;
    case "not proven":
      return marks.warning;
    case "not promised":
    case undefined:
    default:
      return marks.skipped;
  }
}

function sumText({ rows }: Ledger, { colours }: Style): string {
  const count = (state: PromiseState): number => rows.filter((row) => row.state === state).length;
  const [broken, open, kept] = [count("broken"), count("not proven"), count("kept")];
  return [
    ...(broken === 0 ? [] : [colours.red(`${broken} broken`)]),
    ...(open === 0 ? [] : [colours.yellow(`${open} not proven`)]),
    broken + open === 0
      ? colours.green(`all ${counted(kept, "promise")} kept`.replace(/^all 1 promise /, "its one promise "))
      : `${kept} kept`,
  ].join(", ");
}

function isOpen({ state }: PromiseRow): boolean {
  return state === "broken" || state === "not proven";
}

function reasonLines({ promise, state, text, next }: PromiseRow, { colours }: Style): string[] {
  const colour = state === "broken" ? colours.red : colours.yellow;
  return [
    "",
    `${colour(promise)} is ${state}: ${printable(text)}.`,
    ...(next === undefined ? [] : [`  ${colours.cyan(next)}`]),
  ];
}
