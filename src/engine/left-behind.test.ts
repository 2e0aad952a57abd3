import { describe, expect, it } from "vitest";
import type { Outcome } from "../events/event.ts";
import type { Plan } from "../release/plan.ts";
import type { Journal } from "./journal.ts";
import { hostsOfPast } from "./left-behind.ts";
import { planOf, someone } from "./testing/plans.ts";

function journalOf(plan: Plan, outcome: Outcome | "none" = "committed"): Journal {
  return {
    name: "a journal",
    header: {
      format: 1,
      plan,
      who: someone,
      commits: [],
      reason: undefined,
      startedAt: 0,
      cozy: "1",
      token: 1,
    },
    entries: outcome === "none" ? [] : [{ event: "ended", outcome, at: 1, token: 1 }],
    wholeBytes: 0,
    tornBytes: 0,
  };
}

const deploy = journalOf(planOf([["a@web-1", "a@web-2", "a@web-3"]]));
const leave = (subject: string, outcome?: Outcome) =>
  journalOf({ ...planOf([["stop@web-2", "start@web-1"]]), command: "leave", subject }, outcome);

describe("the hosts of the past", () => {
  it("are those that took part, but for those that left", () => {
    expect(hostsOfPast([deploy])).toEqual(["web-1", "web-2", "web-3"]);
    expect(hostsOfPast([leave("web-2 web-3"), deploy])).toEqual(["web-1"]);
  });

  it("are those again that came back, and those whose leaving was taken back", () => {
    const join = journalOf({ ...planOf([["start@web-2"]]), command: "join", subject: "web-2" });
    expect(hostsOfPast([join, leave("web-2"), deploy])).toEqual(["web-2", "web-1", "web-3"]);
    expect(hostsOfPast([leave("web-2", "undone"), deploy])).toContain("web-2");
  });

  it("are not asked of journals that can't be read, nor of plans that did not come to their end", () => {
    const cut = journalOf(planOf([["a@web-9"]]), "none");
    expect(hostsOfPast([{ name: "torn", error: new Error("torn") }, cut, deploy])).toHaveLength(3);
  });
});
