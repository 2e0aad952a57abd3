import { findingLines } from "../rehearsal/verdict-text.ts";
import { durationText, momentText } from "../shared/duration.ts";
import type { DrillVerdict } from "./drill-verdict.ts";

/** The verdict as lines: a row a finding, the time by stage, the outcome, and the one sentence that somebody will quote. Pure. */
export function drillLines(verdict: DrillVerdict): string[] {
  const { environment, backup, findings, stages, outcome, durationMs } = verdict;
  const widest = Math.max(0, ...findings.map(({ name }) => name.length));
  const parts = stages.map((stage) => `${stage.name} ${durationText(stage.durationMs)}`).join(", ");
  return [
    ...findings.flatMap((finding) => findingLines(finding, widest)),
    `time by stage: ${parts}`,
    `drill of ${environment}${backup === undefined ? "" : ` with backup ${backup}`}: ${outcome}, in ${durationText(durationMs)}`,
    summary(verdict),
  ];
}

/** What is shown now that was only believed before, or what was not. Pure. */
export function summary(verdict: DrillVerdict): string {
  const { damaged, backup, backupAt, outcome, rtoMs, ageMs, findings } = verdict;
  const untouched = "Production was not touched.".replace("Production", sentenceCase(verdict.environment));
  const [first] = damaged;
  if (first !== undefined) {
    const other = backup === undefined ? "" : ` Backup ${backup} of ${momentText(backupAt ?? 0)} could.`;
    return `NOT PROVEN: backup ${first.id} could not be restored (${first.why}).${other} ${untouched}`;
  }
  if (outcome === "pass") {
    return `PROVEN: the data is back within ${durationText(rtoMs ?? 0)}, ${durationText(ageMs ?? 0)} old, from backup ${backup}. ${untouched}`;
  }
  const worst = findings.find((finding) => finding.outcome === outcome);
  const word = outcome === "fail" ? "BROKEN" : "NOT PROVEN";
  return `${word}: ${worst?.name ?? ""}: ${worst?.text ?? ""}. ${untouched}`;
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
