import { Cron } from "croner";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ScheduleTimes } from "../project/project.ts";
import { offsetAt } from "./time-zone.ts";
import { cronFault, nextRun, runsBetween } from "./times.ts";

const at = (text: string): number => new Date(text).getTime();
const calendar = (patterns: readonly string[], timeZone = "Europe/Zurich"): ScheduleTimes => ({
  kind: "calendar",
  patterns,
  timeZone,
});
const isoRuns = (when: ScheduleTimes, from: string, to: string): string[] =>
  runsBetween(when, at(from), at(to)).times.map((time) =>
    new Date(time).toISOString().replace(":00.000Z", "Z"),
  );

describe("nextRun", () => {
  it("counts intervals from the epoch", () => {
    const hourly: ScheduleTimes = { kind: "every", everyMs: 3_600_000 };
    expect(nextRun(hourly, at("2026-11-24T10:00:00Z"))).toBe(at("2026-11-24T11:00:00Z"));
    expect(nextRun(hourly, at("2026-11-24T10:59:59.999Z"))).toBe(at("2026-11-24T11:00:00Z"));
  });

  it("takes the first of several patterns, on the clocks of the zone", () => {
    const when = calendar(["30 3 * * *", "30 15 * * *"]);
    expect(isoRuns(when, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z")).toEqual([
      "2026-07-01T01:30Z",
      "2026-07-01T13:30Z",
    ]);
  });

  it("has none for a day that never comes", () => {
    expect(nextRun(calendar(["0 0 30 2 *"]), 0)).toBeUndefined();
  });

  it.each([
    ["30 2 * * *", ["2026-03-29T01:00Z"]],
    ["0 2 * * *", ["2026-03-29T01:00Z"]],
    ["15,45 2,3 * * *", ["2026-03-29T01:00Z", "2026-03-29T01:15Z", "2026-03-29T01:45Z"]],
    ["0 3 * * *", ["2026-03-29T01:00Z"]],
    ["*/30 * * * *", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]],
  ])("runs %s once right after the hour that clocks leave out", (pattern, expected) => {
    expect(isoRuns(calendar([pattern]), "2026-03-29T00:10:00Z", "2026-03-29T01:50:00Z")).toEqual(expected);
  });

  it.each([
    ["30 2 * * *", ["2026-10-25T00:30Z"]],
    ["0 2,3 * * *", ["2026-10-25T00:00Z", "2026-10-25T02:00Z"]],
    ["*/30 2 * * *", ["2026-10-25T00:00Z", "2026-10-25T00:30Z"]],
    ["30 * * * *", ["2026-10-25T00:30Z", "2026-10-25T01:30Z"]],
  ])("runs %s once in the hour that clocks show twice, unless it runs every hour", (pattern, expected) => {
    expect(isoRuns(calendar([pattern]), "2026-10-24T23:59:00Z", "2026-10-25T02:20:00Z")).toEqual(expected);
  });

  it("begins well in the middle of the second hour", () => {
    expect(nextRun(calendar(["45 2 * * *"]), at("2026-10-25T01:10:00Z"))).toBe(at("2026-10-26T01:45:00Z"));
  });
});

const zones = fc.constantFrom(
  "UTC",
  "Europe/Zurich",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "America/St_Johns",
);
const field = (low: number, high: number) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    fc.integer({ min: low, max: high }).map(String),
    fc.integer({ min: 2, max: Math.min(high, 12) }).map((step) => `*/${step}`),
    fc
      .uniqueArray(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 4 })
      .map((list) => list.sort((a, b) => a - b).join(",")),
  );
const patterns = fc
  .tuple(field(0, 59), field(0, 23), fc.constantFrom("*", "*", "1,15,29"), fc.constant("*"), field(0, 6))
  .map((fields) => fields.join(" "));
/** Any time of a few years, and often one close to a change of the clocks. */
const instants = fc.oneof(
  fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2030-01-01T00:00:00Z") }),
  fc
    .tuple(
      fc.constantFrom("2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-11-01T06:00Z"),
      fc.integer({ min: -2 * 3_600_000, max: 2 * 3_600_000 }),
    )
    .map(([change, by]) => at(change) + by),
);

describe("runs on a calendar", () => {
  it("come after what they are asked for, with none in between, on the clocks of the zone", () => {
    fc.assert(
      fc.property(patterns, zones, instants, (pattern, timeZone, after) => {
        const next = nextRun(calendar([pattern], timeZone), after);
        if (next === undefined) return;
        expect(next).toBeGreaterThan(after);
        const cron = new Cron(pattern, { mode: "5-part", timezone: "UTC" });
        const shows = (instant: number) => cron.match(new Date(instant + offsetAt(instant, timeZone)));
        const isAfterGap = offsetAt(next, timeZone) > offsetAt(next - 1, timeZone);
        expect(shows(next) || isAfterGap).toBe(true);
        const first = Math.floor(after / 60_000) * 60_000 + 60_000;
        const minutes = Array.from({ length: 1440 }, (_, i) => first + i * 60_000);
        // What fits and was passed over has been there already, before the clocks were put back.
        const passedOver = minutes.filter(
          (minute) => minute < next && shows(minute) && !wasShownBefore(minute, timeZone),
        );
        expect(passedOver).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("are the same ones wherever the question begins", () => {
    fc.assert(
      fc.property(
        patterns,
        zones,
        instants,
        fc.integer({ min: 1, max: 200_000_000 }),
        (pattern, zone, from, span) => {
          const when = calendar([pattern], zone);
          const whole = runsBetween(when, from, from + span, 50_000).times;
          const middle = from + Math.floor(span / 2);
          const halves = [
            ...runsBetween(when, from, middle, 50_000).times,
            ...runsBetween(when, middle, from + span, 50_000).times,
          ];
          expect(halves).toEqual(whole);
          expect(new Set(whole).size).toBe(whole.length);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** Within the last three hours, minute by minute. */
function wasShownBefore(instant: number, timeZone: string): boolean {
  const wall = instant + offsetAt(instant, timeZone);
  return Array.from({ length: 180 }, (_, i) => instant - (i + 1) * 60_000).some(
    (earlier) => earlier + offsetAt(earlier, timeZone) === wall,
  );
}

describe("runsBetween", () => {
  it("ends at its cap and says so", () => {
    const when: ScheduleTimes = { kind: "every", everyMs: 60_000 };
    expect(runsBetween(when, 0, 600_000, 3)).toEqual({ times: [60_000, 120_000, 180_000], capped: true });
    expect(runsBetween(when, 0, 180_000, 3).capped).toBe(false);
  });
});

describe("cronFault", () => {
  it.each([
    ["*/5 * * * *", undefined],
    ["0 9 * * MON-FRI", undefined],
    ["0 0 29 2 *", undefined],
    ["* * * *", "has 4 fields, and must have five: minute, hour, day of month, month, day of week"],
    ["@daily", "has 1 field, and must have five: minute, hour, day of month, month, day of week"],
    ["61 * * * *", "is no pattern of cron: Invalid value for minute: 61"],
    ["0 0 30 2 *", "names a day that never comes"],
  ])("%s: %s", (pattern, fault) => {
    expect(cronFault(pattern)).toBe(fault);
  });
});
