import { printable } from "../events/text-width.ts";
import type { Evidence } from "../promises/evidence.ts";
import type { Ledger } from "../promises/ledger.ts";
import type { PromiseFacts, PromiseRow } from "../promises/promise.ts";
import { momentText, spanText } from "../shared/duration.ts";

/** The newest measurements of each promise that a report shows. */
const shown = 20;

/** The ledger for those who were not there: what was declared and measured, by what, and every measurement before. Markdown. */
export function reportText(
  ledger: Ledger,
  evidence: PromiseFacts["evidence"],
  about: { readonly project: string; readonly version: string },
): string {
  const { environment, at, release, outcome, rows } = ledger;
  return [
    `# Promises of ${cell(about.project)} ${cell(environment)}`,
    "",
    `As of ${momentText(at)}. Release in force: ${release === undefined ? "none" : code(release)}. Printed by \`cozy promises ${environment} --markdown\`, cozy ${about.version}.`,
    "",
    `**Together: ${outcome}.** ${sums(rows)}.`,
    "",
    ...table(
      ["Promise", "State", "Declared", "Measured", "At (UTC)", "Proves it for", "Release", "Backup", "By"],
      rows.map(cellsOf),
    ),
    "",
    "## Why",
    "",
    ...rows.flatMap(reasons),
    ...measurements(evidence),
    "",
    "A promise is *kept* or *broken* by a measurement that is young enough, and *not proven* without one. What is *not promised* is left out on purpose, and counts for nothing.",
  ].join("\n");
}

function cellsOf(row: PromiseRow): string[] {
  const { promise, state, declared, measured, measuredAt, limitMs, release, backup, by } = row;
  return [
    promise,
    state === "broken" ? "**broken**" : state,
    declared,
    measured ?? "",
    measuredAt === undefined ? "" : time(measuredAt),
    measuredAt === undefined || limitMs === undefined ? "" : spanText(limitMs),
    release === undefined ? "" : code(release),
    backup === undefined ? "" : code(backup),
    by === undefined ? "" : command(by),
  ];
}

function reasons({ promise, state, text, details, next }: PromiseRow): string[] {
  return [
    `- **${promise}** is ${state}: ${cell(text)}.`,
    ...details.map((line) => `  - ${cell(line)}`),
    ...(next === undefined ? [] : [`  - Next: ${command(next)}`]),
  ];
}

function measurements(evidence: PromiseFacts["evidence"]): string[] {
  const all = Object.values(evidence)
    .flatMap((list) => (list ?? []).slice(-shown))
    .toSorted((a, b) => b.at - a.at);
  if (all.length === 0) return [];
  return [
    "",
    "## Measurements",
    "",
    `The newest ${shown} of each promise that a command left evidence of; the others are measured anew each time.`,
    "",
    ...table(
      ["At (UTC)", "Promise", "Outcome", "What", "Release", "Backup", "By"],
      all.map(measurementCells),
    ),
  ];
}

function measurementCells({ at, promise, outcome, text, release, backup, by }: Evidence): string[] {
  return [
    time(at),
    promise,
    outcome,
    text,
    release === undefined ? "" : code(release),
    backup === undefined ? "" : code(backup),
    command(by),
  ];
}

function sums(rows: readonly PromiseRow[]): string {
  return (["kept", "broken", "not proven", "not promised"] as const)
    .map((state) => `${rows.filter((row) => row.state === state).length} ${state}`)
    .join(", ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((cells) => line(cells.map(cell)))];
}

function time(at: number): string {
  return momentText(at).replace(" UTC", "");
}

/** Not all that measures, or that there is to do, is a command. */
function command(text: string): string {
  return text.startsWith("cozy ") ? code(text) : cell(text);
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** On one line, and no cell's end. */
function cell(text: string): string {
  return printable(text).replaceAll(/\\?\|/g, "\\|").replaceAll("<", "&lt;");
}
