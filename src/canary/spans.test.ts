import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSpans, type SpanCounts } from "./spans.ts";
import { tickOf, type Served } from "./testing/ticks.ts";
import type { Tick } from "./verdict.ts";

const hour = 60 * 60_000;

function spansOf(ticks: readonly Tick[], bakeMs = hour): SpanCounts[] {
  const spans = createSpans(bakeMs);
  return ticks.flatMap((tick) => spans.add(tick));
}

function ticksOf(count: number, canary: Served, stable: Served, share = 20): Tick[] {
  return Array.from({ length: count }, (_, nth) => tickOf(nth, canary, stable, share));
}

describe("what is compared at once", () => {
  it("is a tick where that holds enough of both arms", () => {
    const spans = spansOf(ticksOf(3, { units: 5, errors: 1 }, { units: 15, slow: 2 }));
    expect(spans).toEqual(
      Array.from({ length: 3 }, () => ({
        canary: { units: 5, errors: 1, slow: 0 },
        stable: { units: 15, errors: 0, slow: 2 },
      })),
    );
  });

  it("is several ticks on a quiet site", () => {
    const spans = spansOf(ticksOf(8, { units: 1 }, { units: 4, errors: 1 }));
    expect(spans.map(({ stable }) => stable)).toEqual([
      { units: 16, errors: 4, slow: 0 },
      { units: 16, errors: 4, slow: 0 },
    ]);
  });

  it("waits three minutes for the other arm, or a quarter of a short bake, and no longer", () => {
    const oneArmed = ticksOf(30, { units: 0 }, { units: 40 });
    // From the end of its first tick to the end of the thirteenth.
    expect(spansOf(oneArmed).map(({ stable }) => stable.units)).toEqual([520, 520]);
    expect(spansOf(oneArmed.slice(0, 9), 4 * 30_000).map(({ stable }) => stable.units)).toEqual([
      120, 120, 120,
    ]);
  });

  it("never has two shares", () => {
    const ticks = [
      ...ticksOf(2, { units: 1 }, { units: 4 }, 20),
      ...ticksOf(1, { units: 10 }, { units: 10 }, 50),
    ];
    expect(spansOf(ticks).map(({ canary }) => canary.units)).toEqual([2, 10]);
  });
});

const served = fc.record({ units: fc.nat(12), errors: fc.nat(3), slow: fc.nat(3) });
const ticks = fc
  .array(fc.tuple(served, served, fc.constantFrom(5, 20, 50)), { maxLength: 60 })
  .map((all) => all.map(([canary, stable, share], nth) => tickOf(nth, canary, stable, share)));

describe("where a span ends", () => {
  it("has nothing to do with what failed or was slow in it", () => {
    fc.assert(
      fc.property(ticks, (all) => {
        const calm = all.map((tick) => ({
          ...tick,
          canary: { ...tick.canary, errors: 0, slow: 0 },
          stable: { ...tick.stable, errors: 0, slow: 0 },
        }));
        const units = ({ canary, stable }: SpanCounts) => [canary.units, stable.units];
        expect(spansOf(all).map(units)).toEqual(spansOf(calm).map(units));
      }),
    );
  });

  it("loses nothing but what is not complete yet", () => {
    fc.assert(
      fc.property(ticks, (all) => {
        const sum = (counts: readonly { readonly units: number }[]) =>
          counts.reduce((total, { units }) => total + units, 0);
        const spans = spansOf(all);
        const inSpans = sum(spans.flatMap(({ canary, stable }) => [canary, stable]));
        // A last tick of another share ends the one that is open.
        const last = createSpans(hour);
        const ended = [...all, tickOf(all.length, { units: 0 }, { units: 0 }, 99)].flatMap((tick) =>
          last.add(tick),
        );
        expect(sum(ended.flatMap(({ canary, stable }) => [canary, stable]))).toBe(
          sum(all.flatMap(({ canary, stable }) => [canary, stable])),
        );
        expect(inSpans).toBeLessThanOrEqual(sum(all.flatMap(({ canary, stable }) => [canary, stable])));
      }),
    );
  });
});
