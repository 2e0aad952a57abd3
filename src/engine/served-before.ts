import { outcomeOf, type Journal } from "./journal.ts";
import type { UnreadableJournal } from "./journal-store.ts";

/** What served before a release was deployed, as its journal says; the newest journals come first. */
export function servedBeforeDeployOf(
  release: string | undefined,
  journals: readonly (Journal | UnreadableJournal)[],
): string | undefined {
  for (const journal of journals) {
    if ("error" in journal) continue;
    const { plan } = journal.header;
    if (plan.command === "deploy" && plan.release === release && outcomeOf(journal) === "committed")
      return plan.previous;
  }
  return undefined;
}
