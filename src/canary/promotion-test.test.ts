import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPromotionTest } from "./promotion-test.ts";
import { createRandom, type Random } from "./testing/random.ts";

const required = Math.log(20);

function logEOf(units: number, bad: number, maxErrorRate = 0.05, burst = 1): number {
  const test = createPromotionTest({ maxErrorRate, burst });
  test.add({ units, bad });
  return test.logE;
}

const rates = fc.double({ min: 0.001, max: 0.5, noNaN: true });
const bursts = fc.double({ min: 1, max: 8, noNaN: true });

describe("the evidence that a release fails seldom enough", () => {
  it("is 1 on average for each unit of a release that fails just too often, and less for a worse one", () => {
    fc.assert(
      fc.property(rates, bursts, (maxErrorRate, burst) => {
        const mean = (rate: number, factor: number) =>
          rate * Math.exp(logEOf(1, 1, maxErrorRate, factor)) +
          (1 - rate) * Math.exp(logEOf(1, 0, maxErrorRate, factor));
        expect(mean(maxErrorRate, 1)).toBeCloseTo(1, 9);
        expect(mean(maxErrorRate, burst)).toBeLessThan(1 + 1e-9);
        expect(mean(maxErrorRate * 1.5, 1)).toBeLessThan(1 + 1e-9);
      }),
    );
  });

  it("grows with each unit that is served, and shrinks with each that fails", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(30), rates, bursts, (good, bad, rate, burst) => {
        const now = logEOf(good + bad, bad, rate, burst);
        expect(logEOf(good + 1 + bad, bad, rate, burst)).toBeGreaterThan(now);
        expect(logEOf(good + bad + 1, bad + 1, rate, burst)).toBeLessThan(now);
      }),
    );
  });

  it("asks for little more than the rule of three where nothing fails", () => {
    const wanted = (maxErrorRate: number, logRequired: number, burst = 1) =>
      createPromotionTest({ maxErrorRate, burst }).unitsWanted(logRequired);
    // 59, 299 and 90 units, had one only looked for a release without any failure.
    expect([wanted(0.05, required), wanted(0.01, required), wanted(0.05, Math.log(100))]).toEqual([
      65, 329, 98,
    ]);
    expect(wanted(0.05, required, 2)).toBe(129);
  });
});

describe("the units that are still wanted", () => {
  it("suffice, and one fewer does not", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(6), rates, bursts, (good, bad, maxErrorRate, burst) => {
        const test = createPromotionTest({ maxErrorRate, burst });
        test.add({ units: good + bad, bad });
        const wanted = test.unitsWanted(required);
        expect(logEOf(good + bad + wanted, bad, maxErrorRate, burst)).toBeGreaterThanOrEqual(required - 1e-9);
        const fewer = logEOf(good + bad + wanted - 1, bad, maxErrorRate, burst);
        expect(wanted === 0 || fewer < required).toBe(true);
      }),
    );
  });
});

/** How many of so many releases that fail at that rate are cleared within 60 looks at ten units each. */
function cleared(random: Random, releases: number, rate: number): number {
  let count = 0;
  for (let release = 0; release < releases; release += 1) {
    const test = createPromotionTest({ maxErrorRate: 0.05, burst: 1 });
    for (let look = 0; look < 60; look += 1) {
      test.add({ units: 10, bad: random.binomial(10, rate) });
      if (test.logE >= required) {
        count += 1;
        break;
      }
    }
  }
  return count / releases;
}

describe("looking again and again", () => {
  const releases = 2_000;

  it("clears a release that fails just too often with probability beta at most", () => {
    const part = cleared(createRandom(11), releases, 0.05);
    expect(part).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / releases));
    expect(part).toBeGreaterThan(0.01);
  });

  it("clears one that hardly fails, and not one that fails twice too often", () => {
    expect(cleared(createRandom(12), 300, 0.005)).toBeGreaterThan(0.98);
    expect(cleared(createRandom(13), 300, 0.1)).toBeLessThan(0.02);
  });
});
