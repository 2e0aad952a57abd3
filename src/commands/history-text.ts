import type { HistoryEntry } from "../engine/history-entry.ts";
import { whoText } from "../engine/who.ts";
import { durationText, momentText } from "../shared/duration.ts";

/** A journal that can't be read, told in its place. */
export interface UnreadableEntry {
  readonly journal: string;
  readonly unreadable: string;
}

const commitsShown = 5;

/** What `cozy history` prints: a paragraph a plan, newest first. */
export function historyText(
  entries: readonly (HistoryEntry | UnreadableEntry)[],
  environment: string,
): string {
  if (entries.length === 0) return `Nothing has been done to ${environment} yet.`;
  return entries.map((entry) => ("unreadable" in entry ? unreadable(entry) : paragraph(entry))).join("\n\n");
}

function paragraph(entry: HistoryEntry): string {
  const {
    command,
    subject,
    release,
    previous,
    who,
    reason,
    startedAt,
    durationMs,
    outcome,
    failure,
    commits,
    takenUp,
  } = entry;
  return [
    `${momentText(startedAt)}  ${command}${subject === undefined ? "" : ` ${subject}`} of ${release}: ${outcome} after ${durationText(durationMs)}`,
    `  by ${whoText(who)}${previous === undefined || previous === release ? "" : `, instead of ${previous}`}`,
    ...takenUp.map(
      (one) =>
        `  ${one.by === "resume" ? "resumed" : "aborted"} by ${whoText(one.who)}, ${momentText(one.at)}`,
    ),
    ...(reason === undefined ? [] : [`  why: ${reason}`]),
    ...(failure === undefined ? [] : [`  failed at ${failure.operation}: ${failure.message}`]),
    ...commits
      .slice(0, commitsShown)
      .map(
        ({ id, subject, author }) =>
          `  ${id.slice(0, 7)} ${subject}${author === undefined ? "" : ` (${author})`}`,
      ),
    ...(commits.length > commitsShown ? [`  and ${commits.length - commitsShown} more commits`] : []),
  ].join("\n");
}

function unreadable({ journal, unreadable: why }: UnreadableEntry): string {
  return `${journal} can't be read: ${why}`;
}
