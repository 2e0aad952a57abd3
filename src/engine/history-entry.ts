import type { Outcome } from "../events/event.ts";
import type { Plan } from "../release/plan.ts";
import { outcomeOf, type Commit, type Journal, type JournalEntry } from "./journal.ts";
import type { Who } from "./who.ts";

/** One line of an environment's history: who did what, from where, over which commits, why, and what came of it. */
export interface HistoryEntry {
  readonly journal: string;
  readonly command: Plan["command"];
  /** What it was about beside the release: `web=3`. */
  readonly subject: string | undefined;
  readonly release: string;
  readonly previous: string | undefined;
  readonly commit: string;
  readonly commits: readonly Commit[];
  readonly who: Who;
  /** Those who went on with it after it had been left, in their order. */
  readonly takenUp: readonly { readonly by: "resume" | "abort"; readonly who: Who; readonly at: number }[];
  readonly reason: string | undefined;
  readonly startedAt: number;
  /** Until its end, or until its last entry where it has none. */
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** What failed first in the last attempt, where something did. */
  readonly failure: { readonly operation: string; readonly message: string } | undefined;
  readonly notes: readonly string[];
}

/** Sums a journal up. A journal without an end was left, and waits for `resume` or `abort`. */
export function historyEntry(journal: Journal): HistoryEntry {
  const { plan, who, commits, reason, startedAt } = journal.header;
  const { entries } = journal;
  const lastAttempt = entries.slice(entries.findLastIndex(({ event }) => event === "taken-up") + 1);
  const failed = lastAttempt.find(isFailure);
  return {
    journal: journal.name,
    command: plan.command,
    subject: plan.subject,
    release: plan.release,
    previous: plan.previous,
    commit: plan.commit,
    commits,
    who,
    takenUp: entries.flatMap((entry) =>
      entry.event === "taken-up" ? [{ by: entry.by, who: entry.who, at: entry.at }] : [],
    ),
    reason,
    startedAt,
    durationMs: (entries.at(-1)?.at ?? startedAt) - startedAt,
    outcome: outcomeOf(journal) ?? "interrupted",
    failure: failed && { operation: failed.operation, message: failed.message },
    notes: entries.flatMap((entry) => (entry.event === "note" ? [entry.text] : [])),
  };
}

function isFailure(
  entry: JournalEntry,
): entry is Extract<JournalEntry, { readonly event: "failed" | "undo-failed" }> {
  return entry.event === "failed";
}
