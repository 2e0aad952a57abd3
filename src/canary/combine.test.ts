import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combine, logSumExp } from "./combine.ts";

describe("evidence of several metrics", () => {
  it("is the weighted average of their E-values", () => {
    const evidence = [
      { logE: Math.log(8), weight: 0.75 },
      { logE: Math.log(2), weight: 0.25 },
    ];
    expect(Math.exp(combine(evidence))).toBeCloseTo(6.5, 12);
    expect(combine([{ logE: 3, weight: 1 }])).toBeCloseTo(3, 12);
  });

  it("lies between the least and the most of them, even where their E-values are no numbers any more", () => {
    const logE = fc.double({ min: -2_000, max: 2_000, noNaN: true });
    fc.assert(
      fc.property(logE, logE, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (one, other, weight) => {
        const combined = combine([
          { logE: one, weight },
          { logE: other, weight: 1 - weight },
        ]);
        expect(combined).toBeGreaterThanOrEqual(Math.min(one, other) - 1e-9);
        expect(combined).toBeLessThanOrEqual(Math.max(one, other) + 1e-9);
      }),
    );
  });
});

describe("the logarithm of a sum of exponentials", () => {
  it("is what the plain sum gives where that can be had", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1 }), (values) => {
        const plain = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
        expect(logSumExp(values)).toBeCloseTo(plain, 8);
      }),
    );
  });

  it("neither overflows nor loses what is impossible", () => {
    expect(logSumExp([5_000, 5_000])).toBeCloseTo(5_000 + Math.log(2), 9);
    expect(logSumExp([-Infinity, 1])).toBeCloseTo(1, 12);
    expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
    expect(logSumExp([])).toBe(-Infinity);
  });
});
