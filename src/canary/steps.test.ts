import { expect, it } from "vitest";
import { stepsOf, sumOf } from "./steps.ts";
import { tickOf } from "./testing/ticks.ts";

it("the counts of ticks that follow each other with one share are one step", () => {
  const ticks = [
    tickOf(0, { units: 2, errors: 1 }, { units: 8 }, 20),
    tickOf(1, { units: 3, slow: 1 }, { units: 7, errors: 2 }, 20),
    tickOf(2, { units: 5 }, { units: 5 }, 50),
    tickOf(3, { units: 1 }, { units: 4 }, 20),
  ];
  expect(stepsOf(ticks)).toEqual([
    {
      share: 20,
      from: 15_000,
      to: 30_000,
      canary: { requests: 5, units: 5, errors: 1, slow: 1 },
      stable: { requests: 15, units: 15, errors: 2, slow: 0 },
    },
    { share: 50, from: 45_000, to: 45_000, canary: ticks[2]?.canary, stable: ticks[2]?.stable },
    { share: 20, from: 60_000, to: 60_000, canary: ticks[3]?.canary, stable: ticks[3]?.stable },
  ]);
  expect(stepsOf([])).toEqual([]);
  expect(sumOf([])).toEqual({ requests: 0, units: 0, errors: 0, slow: 0 });
});
