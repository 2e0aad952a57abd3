import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBurstMeter } from "./burst.ts";
import { createRandom } from "./testing/random.ts";

const minute = 60_000;

/** The factor of bursts of these sizes, each of a client of its own, with a minute between the failures of a burst. */
function factorOf(sizes: readonly number[]): number {
  const meter = createBurstMeter();
  const failures = sizes
    .flatMap((size, client) =>
      Array.from({ length: size }, (_, nth) => ({ at: client * 2 * minute + nth * minute, client })),
    )
    .toSorted((a, b) => a.at - b.at);
  for (const { at, client } of failures) meter.add(at, `client ${client}`);
  return meter.factor;
}

describe("the burst factor", () => {
  it("is 2 as long as nothing was seen, and comes down to 1 with failures that come one by one", () => {
    expect(factorOf([])).toBe(2);
    expect(factorOf([1])).toBeCloseTo(1.8, 9);
    expect(factorOf(Array.from({ length: 400 }, () => 1))).toBeLessThan(1.01);
  });

  it("is the sum of the squares over the sum of the sizes once that is more than what was assumed", () => {
    expect(factorOf([1, 4, 7])).toBeCloseTo(66 / 12, 9);
    expect(factorOf(Array.from({ length: 30 }, () => 5))).toBeCloseTo(5, 9);
  });

  it("is 5 where somebody tries three times on average and gives up at any time", () => {
    const random = createRandom(5);
    const sizes = Array.from({ length: 4_000 }, () => 1 + Math.floor(random.exponential(1) / Math.log(1.5)));
    expect(factorOf(sizes)).toBeGreaterThan(4.6);
    expect(factorOf(sizes)).toBeLessThan(5.4);
  });

  it("is never less than 1, nor more than the longest burst or what is assumed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }), (sizes) => {
        const factor = factorOf(sizes);
        expect(factor).toBeGreaterThanOrEqual(1);
        expect(factor).toBeLessThanOrEqual(Math.max(2, ...sizes) + 1e-9);
      }),
    );
  });
});

describe("a burst", () => {
  const seen = (...at: number[]) => {
    const meter = createBurstMeter();
    for (const one of at) meter.add(one * minute, "ada");
    return meter.factor;
  };
  const ofFour = 4;

  it("goes on as long as its client fails again within three minutes, and no longer", () => {
    expect(seen(0, 3, 6, 9)).toBeCloseTo(ofFour, 9);
    expect(seen(0, 3.1, 6.2, 9.3)).toBeLessThan(2);
  });

  it("ends as well where others' failures come in between", () => {
    const meter = createBurstMeter();
    meter.add(0, "bob");
    meter.add(minute, "ada");
    meter.add(3.1 * minute, "cleo");
    meter.add(4.2 * minute, "ada");
    expect(meter.factor).toBeCloseTo((4 + 8) / 8, 9);
  });

  it("is a client's own: others in between neither end it nor belong to it", () => {
    const meter = createBurstMeter();
    for (let nth = 0; nth < 40; nth += 1) {
      meter.add(nth * minute, "ada");
      meter.add(nth * minute + 1, `passer-by ${nth}`);
    }
    expect(meter.factor).toBeCloseTo((40 ** 2 + 40) / 80, 9);
  });
});
