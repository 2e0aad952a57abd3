import { describe, expect, it } from "vitest";
import { tempFolder } from "../artifacts/testing.ts";
import type { Plan } from "../release/plan.ts";
import { historyEntry } from "./history-entry.ts";
import { journalFolder } from "./journal-folder.ts";
import { history, unfinishedJournal } from "./journal-store.ts";
import { lastTrafficChange } from "./release-changes.ts";
import { noteDone } from "./note-done.ts";

const plan: Plan = {
  format: 1,
  command: "maintenance",
  subject: "on",
  project: "shop",
  environment: "production",
  release: "r1",
  previous: undefined,
  commit: "",
  phases: [],
};
const who = { user: "dev", host: "laptop", pid: 7 };

describe("what is noted as done", () => {
  it("stands in the history with its end, and never waits for resume or abort", async () => {
    const store = journalFolder(await tempFolder());
    const occasion = { who, commits: [], reason: "the database moves", cozy: "1.0.0" };
    await noteDone(store, { plan, ...occasion, startedAt: 1_000, endedAt: 1_250 });
    const [journal] = await history(store, 5);
    if (journal === undefined || "error" in journal) throw new Error("it can be read");
    expect(historyEntry(journal)).toMatchObject({
      command: "maintenance",
      subject: "on",
      reason: "the database moves",
      outcome: "committed",
      startedAt: 1_000,
      durationMs: 250,
      who: { user: "dev" },
    });
    expect(await unfinishedJournal(store)).toBeUndefined();
    expect(await lastTrafficChange(store)).toBeUndefined();
  });
});
