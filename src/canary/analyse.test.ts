import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Watch } from "../project/project.ts";
import { analyse } from "./analyse.ts";
import { createRandom } from "./testing/random.ts";
import { calmBaseline, drawTicks, hourWatch, tickOf, type Drawn } from "./testing/ticks.ts";
import type { Baseline, Tick, Verdict } from "./verdict.ts";

function verdictOf(
  ticks: readonly Tick[],
  change: Partial<Watch> = {},
  baseline: Baseline = calmBaseline,
  failed: readonly string[] = [],
): Verdict {
  return analyse({ baseline, ticks, gates: { failed }, watch: { ...hourWatch, ...change } });
}

/** Twenty minutes of 60 requests a minute, a fifth of them to the canary. */
const busy: Drawn = {
  count: 80,
  units: { canary: 3, stable: 12 },
  errors: () => ({ canary: 0.005, stable: 0.005 }),
  slow: { canary: 0.05, stable: 0.05 },
};

describe("the verdict", () => {
  it("is to promote a release that was shown to fail seldom", () => {
    const ticks = Array.from({ length: 60 }, (_, nth) =>
      tickOf(nth, { units: 3, errors: nth === 7 ? 1 : 0 }, { units: 12, errors: nth % 10 === 0 ? 1 : 0 }),
    );
    const verdict = verdictOf(ticks);
    expect(verdict).toMatchObject({
      decision: "promote",
      promotion: { required: 20, unitsWanted: 0 },
      watch: { alpha: 0.01, beta: 0.05, maxErrorRate: 0.05 },
    });
    expect(verdict.promotion.eValue).toBeGreaterThan(20);
    expect(verdict.metrics[0]).toMatchObject({
      metric: "errors",
      burst: 1,
      canary: { units: 180, bad: 1 },
      stable: { units: 720, bad: 6 },
    });
  });

  it("is to roll back one that fails more often, from the tick on that shows it", () => {
    const ticks = Array.from({ length: 40 }, (_, nth) =>
      tickOf(nth, { units: 10, errors: nth < 20 ? 0 : 2 }, { units: 40 }),
    );
    const verdict = verdictOf(ticks);
    expect(verdict.decision).toBe("roll-back");
    const first = verdict.pValues.findIndex((pValue) => pValue <= 0.01);
    expect(first).toBeGreaterThanOrEqual(20);
    expect(first).toBeLessThan(25);
    expect(verdictOf(ticks.slice(0, first)).decision).not.toBe("roll-back");
    // It stands, whatever comes after.
    const after = Array.from({ length: 200 }, (_, nth) =>
      tickOf(40 + nth, { units: 10 }, { units: 40, errors: 1 }),
    );
    expect(verdictOf([...ticks, ...after]).decision).toBe("roll-back");
  });

  it("is to roll back one that is slow more than half as often again", () => {
    const slow = drawTicks(createRandom(31), { ...busy, slow: { canary: 0.3, stable: 0.05 } });
    const verdict = verdictOf(slow);
    expect(verdict.decision).toBe("roll-back");
    expect(verdict.reason).toMatch(/were slow/);
    const withinMargin = drawTicks(createRandom(31), { ...busy, slow: { canary: 0.07, stable: 0.05 } });
    expect(verdictOf(withinMargin).decision).toBe("promote");
  });

  it("is none with too little traffic, and says how much is wanted", () => {
    const verdict = verdictOf([tickOf(0, { units: 5 }, { units: 20 })]);
    expect(verdict).toMatchObject({ decision: "inconclusive", promotion: { unitsWanted: 60 } });
    expect(verdict.metrics.map(({ detectableRatio }) => detectableRatio)).toEqual([undefined, undefined]);
    expect(verdictOf([])).toMatchObject({ decision: "inconclusive", pValue: 1, pValues: [], steps: [] });
  });

  it("is none where the stable release itself fails too often for the promise", () => {
    const sick = Array.from({ length: 40 }, (_, nth) =>
      tickOf(nth, { units: 10, errors: 1 }, { units: 40, errors: 4 }),
    );
    const verdict = verdictOf(sick);
    expect(verdict.decision).toBe("inconclusive");
    expect(verdict.promotion.unitsWanted).toBeUndefined();
  });

  it("wants as many requests as were declared, however clear it is", () => {
    const ticks = [tickOf(0, { units: 70 }, { units: 280 })];
    expect(verdictOf(ticks).decision).toBe("promote");
    expect(verdictOf(ticks, { minRequests: 100 })).toMatchObject({
      decision: "inconclusive",
      promotion: { unitsWanted: 30 },
    });
  });

  it("is to roll back at once where a gate failed, with all the evidence beside it", () => {
    const ticks = [tickOf(0, { units: 70 }, { units: 280 })];
    const [calm, failed] = [
      verdictOf(ticks),
      verdictOf(ticks, {}, calmBaseline, ["web.0 is gone", "web.1 is gone"]),
    ];
    expect(failed).toEqual({ ...calm, decision: "roll-back", reason: "web.0 is gone; web.1 is gone." });
  });
});

describe("the evidence", () => {
  const served = fc.record({ units: fc.integer({ min: 0, max: 30 }), errors: fc.nat(4), slow: fc.nat(4) });
  const someTicks = fc
    .array(fc.tuple(served, served, fc.constantFrom(20, 50)), { minLength: 1, maxLength: 40 })
    .map((all) => all.map(([canary, stable, share], nth) => tickOf(nth, canary, stable, share)));

  it("only grows, and what was seen early does not change with what comes later", () => {
    fc.assert(
      fc.property(someTicks, fc.nat(40), (ticks, cut) => {
        const { pValues } = verdictOf(ticks);
        expect(pValues).toEqual(pValues.toSorted((a, b) => b - a));
        expect(verdictOf(ticks.slice(0, cut)).pValues).toEqual(pValues.slice(0, cut));
      }),
    );
  });

  it("is nothing against a release that shares an outage with the stable one", () => {
    const outage = Array.from({ length: 40 }, (_, nth) =>
      tickOf(
        nth,
        { units: 10, errors: nth < 20 ? 0 : 9, slow: 5 },
        { units: 40, errors: nth < 20 ? 0 : 36, slow: 20 },
      ),
    );
    expect(verdictOf(outage).pValue).toBe(1);
  });

  it("is that of errors alone where nothing says what is slow", () => {
    const ticks = Array.from({ length: 6 }, (_, nth) => tickOf(nth, { units: 10, errors: 1 }, { units: 40 }));
    const alone = verdictOf(ticks, {}, { ...calmBaseline, slowMs: undefined });
    const both = verdictOf(ticks);
    expect(alone.metrics.map(({ metric }) => metric)).toEqual(["errors"]);
    expect(alone.pValue).toBeCloseTo(1 / (alone.metrics[0]?.eValue ?? 0), 12);
    // Three quarters for errors, the rest for a metric that says nothing.
    expect(1 / both.pValue).toBeCloseTo(0.75 * (both.metrics[0]?.eValue ?? 0) + 0.25, 9);
    expect(verdictOf(ticks, { slowMs: 100 }, { ...calmBaseline, slowMs: undefined }).metrics).toHaveLength(2);
  });

  it("is divided by what the past says of bursts", () => {
    const ticks = Array.from({ length: 9 }, (_, nth) => tickOf(nth, { units: 10, errors: 1 }, { units: 40 }));
    const bursts = verdictOf(ticks, {}, { ...calmBaseline, burst: { errors: 3, slow: 1 } });
    expect(verdictOf(ticks).decision).toBe("roll-back");
    expect(bursts.decision).toBe("inconclusive");
    expect(bursts.metrics[0]?.burst).toBe(3);
  });
});

describe("many releases", () => {
  const random = createRandom(41);
  const decisions = (releases: number, drawn: Drawn) =>
    Array.from({ length: releases }, () => verdictOf(drawTicks(random, drawn)).decision);
  const part = (all: readonly string[], decision: string) =>
    all.filter((one) => one === decision).length / all.length;

  it("hardly one of those that are sound is rolled back", () => {
    const outage = (nth: number) => (nth >= 30 && nth < 45 ? 0.3 : 0.01);
    const sound = decisions(150, {
      ...busy,
      errors: (nth) => ({ canary: outage(nth), stable: outage(nth) }),
    });
    expect(part(sound, "roll-back")).toBeLessThan(0.01 + 3 * Math.sqrt((0.01 * 0.99) / sound.length));
  });

  it("hardly one that fails 15 points more often is missed, and none promoted", () => {
    const broken = decisions(60, { ...busy, errors: () => ({ canary: 0.155, stable: 0.005 }) });
    expect(part(broken, "roll-back")).toBeGreaterThan(0.95);
    expect(part(broken, "promote")).toBe(0);
  });
});
