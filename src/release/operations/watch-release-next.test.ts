import { describe, expect, it } from "vitest";
import type { CanaryEvidence } from "../../canary/evidence-file.ts";
import type { Watch } from "../../project/project.ts";
import { whatNext, type Person } from "./watch-release-next.ts";
import { longestHoldMs, tickMsOf } from "./watch-release-times.ts";
import { shortWatch, watchInput } from "./watch-release-sample.ts";

const watch = shortWatch;
const input = watchInput;

describe("what follows from a look", () => {
  const nobody: Person = {
    answer: undefined,
    asked: false,
    ask() {},
    askAgainAt() {},
    leave: async () => {},
  };
  const at = (
    decision: "promote" | "roll-back" | "inconclusive",
    inconclusive: Watch["inconclusive"],
  ): CanaryEvidence => ({
    format: 1,
    release: "new",
    environment: "staging",
    stable: ["old"],
    kind: "canary",
    startedAt: 0,
    tickMs: 1_000,
    watch: { ...watch, bakeMs: 5_000, extendMs: 10_000, inconclusive },
    baseline: { from: 0, to: 0, requests: 0, slowMs: undefined, burst: { errors: 1, slow: 1 } },
    steps: [{ share: 20, startedAt: 0 }],
    ticks: [],
    before: [],
    pages: [],
    gates: [],
    verdict: {
      decision,
      reason: "Why.",
      pValue: 1,
      pValues: [],
      metrics: [],
      promotion: { eValue: 1, required: 20, unitsWanted: 5 },
      steps: [],
      watch,
    },
    outcome: "watching",
  });
  const none = { requests: 0, units: 0, errors: 0, slow: 0 };
  const seen = (evidence: CanaryEvidence, now: number): CanaryEvidence => ({
    ...evidence,
    ticks: [{ at: now, share: 20, canary: none, stable: none }],
  });
  const next = (
    decision: Parameters<typeof at>[0],
    inconclusive: Watch["inconclusive"],
    now: number,
    person = nobody,
    last = true,
  ) => whatNext(seen(at(decision, inconclusive), now), { ...input, last }, person, now).do;

  it("watches to the end of the step, unless it is bad", () => {
    expect(next("promote", "hold", 4_000)).toBe("watch");
    expect(next("roll-back", "go-on", 1_000)).toBe("roll-back");
    expect(next("inconclusive", "roll-back", 5_000, nobody, false)).toBe("end");
  });

  it.each([
    ["hold", "ask"],
    ["ask", "ask"],
    ["go-on", "end"],
    ["roll-back", "roll-back"],
    ["extend", "watch"],
  ] as const)("%s where the traffic does not decide: %s", (inconclusive, expected) => {
    expect(next("inconclusive", inconclusive, 5_000)).toBe(expected);
  });

  it("promotes while it is held or extended as soon as the traffic suffices, but not once a person alone is asked", () => {
    expect(next("promote", "hold", 9_000, { ...nobody, asked: true })).toBe("end");
    expect(next("promote", "extend", 9_000)).toBe("end");
    expect(next("promote", "ask", 9_000)).toBe("end");
    expect(next("promote", "ask", 9_000, { ...nobody, asked: true })).toBe("ask");
  });

  it("goes back when watching longer, or a whole day of waiting, brought no decision", () => {
    expect(next("inconclusive", "extend", 15_000)).toBe("roll-back");
    expect(next("inconclusive", "hold", 5_000 + longestHoldMs)).toBe("roll-back");
  });

  it("asks again after the time that somebody wanted", () => {
    const again: number[] = [];
    const person: Person = {
      ...nobody,
      answer: { choice: "longer", who: "dev" },
      askAgainAt: (when) => again.push(when),
    };
    expect(next("inconclusive", "hold", 6_000, person)).toBe("ask");
    expect(again).toEqual([16_000]);
  });
});

it("ticks are a twentieth of the time, between one and fifteen seconds", () => {
  expect([1_000, 5_000, 60_000, 300_000, 3_600_000].map(tickMsOf)).toEqual([
    1_000, 1_000, 3_000, 15_000, 15_000,
  ]);
});
