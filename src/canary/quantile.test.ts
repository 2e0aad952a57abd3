import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSlowLimit, leastRequests } from "./quantile.ts";

function p95Of(durations: readonly number[]): number | undefined {
  const limit = createSlowLimit();
  for (const duration of durations) limit.add(duration);
  return limit.p95Ms;
}

describe("from when on a request is slow", () => {
  it("is not said by a handful", () => {
    expect(p95Of(Array.from({ length: leastRequests - 1 }, () => 10))).toBeUndefined();
    expect(p95Of(Array.from({ length: leastRequests }, () => 10))).toBeCloseTo(10, 0);
  });

  it("is the 95th percentile, rounded up by 2 % at most", () => {
    const duration = fc.double({ min: 0.2, max: 120_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(duration, { minLength: leastRequests, maxLength: 600 }), (durations) => {
        const exact = durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * 0.95) - 1] ?? 0;
        const limit = p95Of(durations) ?? 0;
        expect(limit).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
        expect(limit).toBeLessThanOrEqual(exact * 1.02 * (1 + 1e-9));
      }),
      { numRuns: 40 },
    );
  });

  it("does not depend on the order, and passes over what is no duration", () => {
    const durations = Array.from({ length: 300 }, (_, nth) => nth + 1);
    const strange = [Number.NaN, -1, Infinity, ...durations.toReversed()];
    expect(p95Of(strange)).toBe(p95Of(durations));
  });

  it("takes an answer in no time for one in a very short time", () => {
    expect(p95Of(Array.from({ length: 300 }, () => 0))).toBeCloseTo(0.1, 9);
  });
});
