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
  const widest = Math.max(0, ...findings.map(({ name }) => name.length));
  const against = previous === undefined ? "" : `, against ${previous}`;
  return [
    ...findings.flatMap((finding) => findingLines(finding, widest)),
    ...(schemaChanges.length === 0
      ? []
      : ["schema, as the migrations change it:", ...schemaChanges.map((line) => `  ${line}`)]),
    `rehearsal of ${release}${against}: ${outcome}, in ${durationText(durationMs)}`,
  ];
}

function findingLines({ name, outcome, text, details = [] }: Finding, widest: number): string[] {
  const shown = outcome === "pass" ? [] : details;
  return [
    `${outcome.padEnd("not proven".length)}  ${name.padEnd(widest)}  ${text}`,
    ...shown.map((line) => `${" ".repeat("not proven".length + 2)}${line}`),
  ];
}
