import { durationText } from "../shared/duration.ts";
import type { Finding, RehearsalVerdict } from "./verdict.ts";

/** The verdict as lines: a row a finding, in columns, with what belongs to it below, then what the migrations changed. Pure. */
export function verdictLines({
  release,
  previous,
  durationMs,
  outcome,
  findings,
  schemaChanges,
}: RehearsalVerdict): string[] {
  const rows = together(findings);
  const widest = Math.max(0, ...rows.map(({ name }) => name.length));
  const against = previous === undefined ? "" : `, against ${previous}`;
  return [
    ...rows.flatMap((finding) => findingLines(finding, widest)),
    ...(schemaChanges.length === 0
      ? []
      : ["schema, as the migrations change it:", ...schemaChanges.map((line) => `  ${line}`)]),
    `rehearsal of ${release}${against}: ${outcome}, in ${durationText(durationMs)}`,
  ];
}

/** A row in columns, with what belongs to it below. Pure. */
export function findingLines({ name, outcome, text, details = [] }: Finding, widest: number): string[] {
  const shown = outcome === "pass" ? [] : details;
  return [
    `${outcome.padEnd("not proven".length)}  ${name.padEnd(widest)}  ${text}`,
    ...shown.map((line) => `${" ".repeat("not proven".length + 2)}${line}`),
  ];
}

/** Tables of which the same is said share a row: a reader looks for what differs. */
function together(findings: readonly Finding[]): Finding[] {
  const rows: Finding[] = [];
  for (const finding of findings) {
    const last = rows.at(-1);
    const [, table] = /^table (.+)$/.exec(finding.name) ?? [];
    const joins =
      last !== undefined &&
      table !== undefined &&
      /^tables? /.test(last.name) &&
      last.outcome === finding.outcome &&
      last.text === finding.text &&
      (finding.details ?? []).length + (last.details ?? []).length === 0;
    if (joins)
      rows[rows.length - 1] = { ...last, name: `${last.name.replace(/^table /, "tables ")}, ${table}` };
    else rows.push(finding);
  }
  return rows.map((row) => (row.name.startsWith("tables ") ? listed(row) : row));
}

/** The names stand in the text, since they would make the column of names as wide as themselves. */
function listed(row: Finding): Finding {
  const names = row.name.slice("tables ".length);
  const text = row.text.replaceAll(/\bit\b/g, "them");
  return { ...row, name: `${names.split(", ").length} tables`, text: `${names}: ${text}` };
}
