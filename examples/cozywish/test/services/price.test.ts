import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { discount, formatPrice, priceAt, type Priced } from "../../src/services/price.ts";
import { addDays, isWeekend } from "../../src/time/days.ts";

const WEDNESDAY = "2026-03-11";
const SATURDAY = "2026-03-14";

const priced: Priced = { priceCents: 7_900, offPeak: { percent: 25, from: 600, until: 900 } };

describe("a price", () => {
  const cases: { when: string; day: string; start: number; cents: number; offPeak: boolean }[] = [
    { when: "a minute before the off-peak hours", day: WEDNESDAY, start: 599, cents: 7_900, offPeak: false },
    { when: "at their beginning", day: WEDNESDAY, start: 600, cents: 5_925, offPeak: true },
    { when: "in their last minute", day: WEDNESDAY, start: 899, cents: 5_925, offPeak: true },
    { when: "at their end", day: WEDNESDAY, start: 900, cents: 7_900, offPeak: false },
    { when: "within them, on a Friday", day: "2026-03-13", start: 700, cents: 5_925, offPeak: true },
    { when: "within them, on a Saturday", day: SATURDAY, start: 700, cents: 7_900, offPeak: false },
    { when: "within them, on a Sunday", day: "2026-03-15", start: 700, cents: 7_900, offPeak: false },
    { when: "within them, on a Monday", day: "2026-03-16", start: 700, cents: 5_925, offPeak: true },
  ];
  for (const { when, day, start, cents, offPeak } of cases) {
    it(`is ${formatPrice(cents)} ${when}`, () => {
      assert.deepEqual(priceAt(priced, day, start), { cents, offPeak });
    });
  }

  it("is the full one at any time for a service without off-peak hours", () => {
    assert.deepEqual(priceAt({ ...priced, offPeak: null }, WEDNESDAY, 700), { cents: 7_900, offPeak: false });
  });

  it("is whole cents, never above what the discount promises, and less than a cent below it", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 100 }), (cents, percent) => {
        const reduced = discount(cents, percent);
        // In hundredths of a cent, where nothing needs rounding.
        const owed = cents * (100 - percent);
        assert.ok(Number.isInteger(reduced));
        assert.ok(
          reduced * 100 <= owed && owed < (reduced + 1) * 100,
          `${percent} % of ${cents} gave ${reduced}`,
        );
      }),
    );
  });

  it("is reduced within the hours of a weekday, and at no other time", () => {
    const hours = fc
      .tuple(fc.nat(1_440), fc.nat(1_440))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(fc.nat(400), fc.nat(1_439), hours, (days, start, [from, until]) => {
        const day = addDays(WEDNESDAY, days);
        const { offPeak } = priceAt({ priceCents: 100, offPeak: { percent: 10, from, until } }, day, start);
        assert.equal(offPeak, !isWeekend(day) && from <= start && start < until);
      }),
    );
  });

  it("is written with cents only where there are some", () => {
    assert.deepEqual([4_500, 4_250, 0, 123_400].map(formatPrice), ["€45", "€42.50", "€0", "€1,234"]);
  });
});
