import type { Plan } from "../release/plan.ts";
import { journalName, type JournalHeader } from "./journal.ts";
import type { JournalStore, Occasion } from "./journal-store.ts";

/** Something that one step has done already, for the history; `startedAt` and `endedAt` in milliseconds since the epoch. */
export interface Done extends Occasion {
  readonly plan: Plan;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Notes what was done without a lease and has nothing that could be resumed or taken back: a journal that comes with its end, so that
 * nobody ever meets it unfinished.
 */
export async function noteDone(store: JournalStore, done: Done): Promise<void> {
  const { plan, startedAt, endedAt, ...occasion } = done;
  const header: JournalHeader = { format: 1, plan, ...occasion, startedAt, token: 0 };
  const end = { at: endedAt, token: 0, event: "ended", outcome: "committed" };
  const lines = [header, end].map((line) => JSON.stringify(line)).join("\n");
  const file = await store.create(journalName(plan, startedAt), lines);
  await file.close();
}
