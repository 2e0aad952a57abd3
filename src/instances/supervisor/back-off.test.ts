import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOff } from "./back-off.ts";

const timing = { backOffFirstMs: 100, backOffMaxMs: 30_000, calmAfterMs: 60_000 };

describe("backOff", () => {
  it("doubles from 0.1 s up to 30 s", () => {
    const { next } = backOff(timing, () => 0);
    const waits = Array.from({ length: 11 }, () => next(0));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  });

  it("begins anew after a process that ran for a minute", () => {
    const { next } = backOff(timing, () => 0);
    for (let ends = 0; ends < 5; ends += 1) next(1000);
    expect(next(59_999)).toBe(3200);
    expect(next(60_000)).toBe(100);
    expect(next(0)).toBe(200);
  });

  it("spreads a wait by a quarter at most, and never waits longer than the longest", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100_000), random), { minLength: 1, maxLength: 80 }), (ends) => {
        let drawn = 0;
        const spread = backOff(timing, () => drawn);
        const even = backOff(timing, () => 0);
        for (const [ranForMs, number] of ends) {
          drawn = number;
          const [wait, longest] = [spread.next(ranForMs), even.next(ranForMs)];
          expect(wait).toBeLessThanOrEqual(longest);
          expect(wait).toBeGreaterThanOrEqual(Math.floor(longest * 0.75));
          expect(longest).toBeLessThanOrEqual(timing.backOffMaxMs);
        }
      }),
    );
  });
});
