import { durationText } from "../shared/duration.ts";
import type { RunEvidence } from "./evidence.ts";

/** How a run ended, in a few words: `failed with exit code 3 after 2 s`. */
export function outcomeText(evidence: RunEvidence): string {
  const { outcome, exitCode, signal, startedAt, endedAt, missed, otherRanForMs, note } = evidence;
  const after = `after ${durationText(endedAt - startedAt)}`;
  switch (outcome) {
    case "succeeded":
    case "stopped":
      return `${outcome} ${after}`;
    case "failed":
      if (signal !== null) return `ended by ${signal} ${after}`;
      return `failed with exit code ${exitCode} ${after}`;
    case "timed-out":
      return `timed out ${after}`;
    case "skipped":
      if (otherRanForMs === undefined) return `skipped: ${note ?? "it could not be started"}`;
      return `skipped: the run before it had gone on for ${durationText(otherRanForMs)}`;
    case "missed":
      return missed === undefined || missed.starts === 1
        ? "missed"
        : `missed ${missed.more ? "more than " : ""}${missed.starts} times`;
    case "lost":
    default:
      return "lost: it did not say how it ended";
  }
}

/** Whether somebody has to look at it. */
export function isBad({ outcome }: RunEvidence): boolean {
  return outcome !== "succeeded" && outcome !== "stopped";
}
