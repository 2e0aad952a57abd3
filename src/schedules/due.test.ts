import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Schedule, ScheduleTimes } from "../project/project.ts";
import { graceMs, whatIsDue } from "./due.ts";
import type { SeenTo } from "./seen-to.ts";
import { isSuspendedAt, type ScheduleState } from "./suspension.ts";
import { runsBetween } from "./times.ts";

const begin = Date.UTC(2026, 9, 24, 22, 7, 13);
const whens = fc.oneof(
  fc
    .integer({ min: 1, max: 400 })
    .map((minutes): ScheduleTimes => ({ kind: "every", everyMs: minutes * 60_000 })),
  fc
    .constantFrom("*/7 * * * *", "30 2 * * *", "0 1-4 * * *", "15 * * * *")
    .map((pattern): ScheduleTimes => ({ kind: "calendar", patterns: [pattern], timeZone: "Europe/Zurich" })),
);
/** From one look to the next: the usual few seconds, a restart, a night. */
const steps = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 1, max: 8 * 3_600_000 })),
  { minLength: 1, maxLength: 40 },
);
const states = fc.oneof(
  fc.constant<ScheduleState>({ format: 1, suspended: null }),
  fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }))
    .map(([from, hours]): ScheduleState => ({
      format: 1,
      suspended: null,
      before: {
        at: begin + from * 3_600_000,
        until: begin + (from + hours) * 3_600_000,
        by: "somebody",
        resumedBy: "somebody",
      },
    })),
);

describe("what is due", () => {
  it("adds up: each start is made once or counted as missed once, and none of a suspension", () => {
    fc.assert(
      fc.property(whens, steps, states, fc.boolean(), (when, gaps, state, catchUp) => {
        const schedule: Schedule = { run: ["true"], when, timeoutMs: 1_000, catchUp };
        const looks = gaps.reduce<number[]>(
          (times, gap) => [...times, (times.at(-1) ?? begin) + gap],
          [begin],
        );
        const made: number[] = [];
        const madeUp: number[] = [];
        let missed = 0;
        let latest = 0;
        let seenTo: SeenTo | undefined;
        for (const now of looks) {
          const due = whatIsDue({ schedule, seenTo, state, now });
          missed += due.missed?.starts ?? 0;
          if (due.start !== undefined) (due.start.by === "clock" ? made : madeUp).push(due.start.due);
          if (due.start?.by === "clock") latest = Math.max(latest, now - due.start.due);
          // As after a restart: what need not be kept is not there.
          if (due.changed) seenTo = due.seenTo;
        }
        const promised = runsBetween(when, begin, looks.at(-1) ?? begin, 100_000).times;
        const ours = promised.filter((at) => !isSuspendedAt(state, at));
        expect(made.length + missed).toBe(ours.length);
        expect(new Set(made).size).toBe(made.length);
        expect(made.every((at) => ours.includes(at))).toBe(true);
        expect(latest).toBeLessThanOrEqual(graceMs);
        expect(catchUp || madeUp.length === 0).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
