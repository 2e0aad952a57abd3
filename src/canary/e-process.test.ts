import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEProcess, type PairedCounts } from "./e-process.ts";
import { createRandom, type Random } from "./testing/random.ts";

const ratios = [1.5, 2, 3, 5, 10, 30, 100];

function span(canaryUnits: number, canaryBad: number, stableUnits: number, stableBad: number): PairedCounts {
  return {
    canary: { units: canaryUnits, bad: canaryBad },
    stable: { units: stableUnits, bad: stableBad },
  };
}

function logEOf(spans: readonly PairedCounts[], margin = 1, burst = 1): number {
  const process = createEProcess({ margin, burst });
  for (const one of spans) process.add(one);
  return process.logE;
}

const units = fc.integer({ min: 1, max: 400 });
const margins = fc.constantFrom(1, 1.25, 1.5, 3);
const bursts = fc.double({ min: 1, max: 8, noNaN: true });
const spans = fc.array(
  fc.tuple(units, fc.nat(20), units, fc.nat(20)).map((counts) => span(...counts)),
  { maxLength: 12 },
);

describe("the evidence of one span", () => {
  it("is the formula's: one failure, on the canary, with a fifth of the units", () => {
    const weights = ratios.map((ratio) => Math.log(ratio));
    const total = weights.reduce((sum, weight) => sum + weight);
    const expected = ratios.reduce(
      (sum, ratio, index) => sum + ((weights[index] ?? 0) / total) * (ratio / (1 + 0.2 * (ratio - 1))),
      0,
    );
    expect(Math.exp(logEOf([span(20, 1, 80, 0)]))).toBeCloseTo(expected, 10);
  });

  it("is 1 on average where the canary is just as bad as the margin allows, and never more", () => {
    fc.assert(
      fc.property(units, units, fc.nat(40), margins, bursts, (canary, stable, bad, margin, burst) => {
        const share = (canary * margin) / (canary * margin + stable);
        const mean = (on: number, factor: number) =>
          expectation(bad, on, (count) =>
            Math.exp(logEOf([span(canary, count, stable, bad - count)], margin, factor)),
          );
        expect(mean(share, 1)).toBeCloseTo(1, 8);
        expect(mean(share, burst)).toBeLessThan(1 + 1e-9);
        expect(mean(share * 0.7, 1)).toBeLessThan(1 + 1e-9);
      }),
    );
  });

  it("is less than 1 on average where the failures are so many that each takes a unit away from the next", () => {
    // Half of 20 units fail, 8 of them the canary's: drawn without replacement.
    const of = (all: number, some: number) =>
      Math.exp(logFactorial(all) - logFactorial(some) - logFactorial(all - some));
    let mean = 0;
    for (let on = 0; on <= 8; on += 1) {
      mean += ((of(8, on) * of(12, 10 - on)) / of(20, 10)) * Math.exp(logEOf([span(8, on, 12, 10 - on)]));
    }
    expect(mean).toBeLessThan(0.9);
  });

  it("is none where nothing failed, or where only one arm had traffic", () => {
    const still = [span(10, 0, 40, 0), span(10, 10, 0, 0), span(0, 0, 40, 3), span(0, 0, 0, 0)];
    expect(logEOf(still, 1.5)).toBeCloseTo(0, 12);
  });

  it("grows with each failure of the canary, and shrinks with each of the stable release", () => {
    fc.assert(
      fc.property(
        units,
        fc.nat(50),
        units,
        fc.nat(50),
        margins,
        bursts,
        (c, cBad, s, sBad, margin, burst) => {
          const now = logEOf([span(c, cBad, s, sBad)], margin, burst);
          expect(logEOf([span(c, cBad + 1, s, sBad)], margin, burst)).toBeGreaterThan(now);
          expect(logEOf([span(c, cBad, s, sBad + 1)], margin, burst)).toBeLessThan(now);
        },
      ),
    );
  });
});

describe("the evidence of many spans", () => {
  it("is the same in whatever order they come", () => {
    fc.assert(
      fc.property(spans, margins, bursts, (all, margin, burst) => {
        const forth = logEOf(all, margin, burst);
        expect(logEOf(all.toReversed(), margin, burst)).toBeCloseTo(forth, 8);
      }),
    );
  });

  it("is none against the canary where an outage hits both arms alike, however hard", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 10 }),
        (c, s, part) => {
          expect(logEOf([span(c * 10, c * part, s * 10, s * part)])).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it("of failures that all come in bursts of one size is that of as many single ones, divided by the size", () => {
    fc.assert(
      fc.property(spans, fc.integer({ min: 1, max: 9 }), (all, size) => {
        const burst = all.map(({ canary, stable }) =>
          span(canary.units, canary.bad * size, stable.units, stable.bad * size),
        );
        expect(logEOf(burst, 1, size)).toBeCloseTo(logEOf(all, 1, 1), 8);
      }),
    );
  });

  it("stays a number however much there is", () => {
    expect(logEOf([span(1e6, 1e6, 1e7, 0)])).toBeGreaterThan(1e6);
    expect(logEOf([span(1e6, 0, 1e7, 1e7)])).toBeLessThan(-1e5);
  });
});

/** Watches of 40 spans: the share grows, and the rate of failures wanders; how many ever reach 1 / alpha. */
function reached(random: Random, watches: number, alpha: number, worse: number, margin: number): number {
  let count = 0;
  for (let watch = 0; watch < watches; watch += 1) {
    const process = createEProcess({ margin, burst: 1 });
    for (let nth = 0; nth < 40; nth += 1) {
      const canary = 4 + Math.floor(nth / 4);
      const rate = 0.02 * (1 + (nth % 7)) * random.next();
      process.add(span(canary, random.binomial(canary, rate * worse), 30, random.binomial(30, rate)));
      if (process.logE >= -Math.log(alpha)) {
        count += 1;
        break;
      }
    }
  }
  return count / watches;
}

describe("looking at every span", () => {
  const alpha = 0.05;
  const watches = 2_000;
  // Three standard errors.
  const most = alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / watches);

  it("takes back a sound canary with probability alpha at most", () => {
    const part = reached(createRandom(1), watches, alpha, 1, 1);
    expect(part).toBeLessThan(most);
    // Far from idle: a bound that is never near would say nothing of the arithmetic.
    expect(part).toBeGreaterThan(0.01);
  });

  it("takes back one that is as bad as the margin allows with probability alpha at most", () => {
    expect(reached(createRandom(2), watches, alpha, 1.5, 1.5)).toBeLessThan(most);
  });

  it("finds one that is four times as bad", () => {
    expect(reached(createRandom(3), 300, alpha, 4, 1)).toBeGreaterThan(0.95);
  });
});

function expectation(of: number, probability: number, value: (count: number) => number): number {
  let mean = 0;
  for (let count = 0; count <= of; count += 1) {
    const log =
      logFactorial(of) -
      logFactorial(count) -
      logFactorial(of - count) +
      count * Math.log(probability) +
      (of - count) * Math.log1p(-probability);
    mean += Math.exp(log) * value(count);
  }
  return mean;
}

function logFactorial(of: number): number {
  let sum = 0;
  for (let factor = 2; factor <= of; factor += 1) sum += Math.log(factor);
  return sum;
}
