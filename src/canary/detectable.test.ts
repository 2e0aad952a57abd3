import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detectableRatio, type Traffic } from "./detectable.ts";
import { createEProcess } from "./e-process.ts";
import { createRandom } from "./testing/random.ts";

const logRequired = Math.log(100);

function traffic(change: Partial<Traffic> = {}): Traffic {
  return {
    canaryUnits: 1_000,
    stable: { units: 4_000, bad: 20 },
    margin: 1,
    burst: 1,
    logRequired,
    ...change,
  };
}

/** How often a canary that fails so many times as often as the stable release is found by one look at all of its traffic. */
function found({ canaryUnits, stable, margin, burst }: Traffic, ratio: number, seed: number): number {
  const random = createRandom(seed);
  const watches = 600;
  const rate = (stable.bad + 0.5) / (stable.units + 1);
  let count = 0;
  for (let watch = 0; watch < watches; watch += 1) {
    const process = createEProcess({ margin, burst });
    // Bursts of one size: fewer of them, each so many failures.
    const bad = (units: number, failing: number) =>
      Math.min(units, burst * random.poisson((units * Math.min(1, failing)) / burst));
    process.add({
      canary: { units: canaryUnits, bad: bad(canaryUnits, rate * ratio) },
      stable: { units: stable.units, bad: bad(stable.units, rate) },
    });
    if (process.logE >= logRequired) count += 1;
  }
  return count / watches;
}

describe("the smallest regression that so much traffic shows", () => {
  it.each<readonly [string, Partial<Traffic>]>([
    ["with few failures", {}],
    ["on a quiet site", { canaryUnits: 120, stable: { units: 480, bad: 3 } }],
    ["with many failures", { canaryUnits: 20_000, stable: { units: 80_000, bad: 1_600 } }],
    ["at an even share", { canaryUnits: 2_000, stable: { units: 2_000, bad: 12 } }],
    ["beyond a margin", { stable: { units: 4_000, bad: 200 }, margin: 1.5 }],
    ["where failures come in bursts", { canaryUnits: 4_000, stable: { units: 16_000, bad: 90 }, burst: 3 }],
  ])("%s is found four times of five, and one that is a third smaller much less often", (_name, change) => {
    const given = traffic(change);
    const ratio = detectableRatio(given) ?? Number.NaN;
    expect(ratio).toBeGreaterThan(given.margin);
    expect(found(given, ratio, 21)).toBeGreaterThan(0.74);
    expect(found(given, ratio, 22)).toBeLessThan(0.9);
    expect(found(given, given.margin + (ratio - given.margin) * 0.66, 23)).toBeLessThan(0.6);
  });

  it("is smaller with more traffic, and larger where more is asked or failures come in bursts", () => {
    const much = fc.integer({ min: 200, max: 20_000 });
    fc.assert(
      fc.property(much, fc.integer({ min: 1, max: 40 }), (units, bad) => {
        const of = (change: Partial<Traffic>) => detectableRatio(traffic(change)) ?? Infinity;
        const one = { canaryUnits: units, stable: { units: 4 * units, bad } };
        const now = of(one);
        // Halving stops within half a percent.
        expect(of({ canaryUnits: 4 * units, stable: { units: 16 * units, bad: 4 * bad } })).toBeLessThan(
          now * 1.01,
        );
        expect(of({ ...one, logRequired: logRequired + 2 })).toBeGreaterThan(now * 0.99);
        expect(of({ ...one, burst: 3 })).toBeGreaterThan(now * 0.99);
      }),
      { numRuns: 40 },
    );
  });

  it("is none where even a release that fails always would not be found", () => {
    expect(detectableRatio(traffic({ canaryUnits: 2, stable: { units: 8, bad: 0 } }))).toBeUndefined();
    expect(detectableRatio(traffic({ canaryUnits: 0 }))).toBeUndefined();
    expect(detectableRatio(traffic({ stable: { units: 0, bad: 0 } }))).toBeUndefined();
    expect(detectableRatio(traffic({ stable: { units: 4_000, bad: 4_000 } }))).toBeUndefined();
  });
});
