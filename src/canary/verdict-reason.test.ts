import { describe, expect, it } from "vitest";
import { analyse } from "./analyse.ts";
import { calmBaseline, hourWatch, tickOf, type Served } from "./testing/ticks.ts";

function reasonOf(canary: Served, stable: Served, failed: readonly string[] = []): string {
  const ticks = [tickOf(0, canary, stable)];
  return analyse({ baseline: calmBaseline, ticks, gates: { failed }, watch: hourWatch }).reason;
}

describe("the reason of a verdict", () => {
  it("names both arms' failures, and how likely that is by chance", () => {
    expect(reasonOf({ units: 402, errors: 31 }, { units: 1_600, errors: 3 })).toMatchInlineSnapshot(
      `"31 of 402 distinct requests to the release failed (7.7 %), of the stable release 3 of 1,600 (0.19 %), 41 times as often. A release that is no worse shows this with a probability of less than 0.01 %; 1 % is the limit."`,
    );
    expect(reasonOf({ units: 100, errors: 20 }, { units: 400 })).toMatchInlineSnapshot(
      `"20 of 100 distinct requests to the release failed (20 %), of the stable release 0 of 400 (0 %). A release that is no worse shows this with a probability of less than 0.01 %; 1 % is the limit."`,
    );
    expect(reasonOf({ units: 100, slow: 60 }, { units: 400, slow: 20 })).toMatchInlineSnapshot(
      `"60 of 100 distinct requests to the release were slow (60 %), of the stable release 20 of 400 (5 %), 12 times as often. A release that is no worse shows this with a probability of less than 0.01 %; 1 % is the limit."`,
    );
  });

  it("says what was shown, and what so much traffic could not have shown", () => {
    expect(reasonOf({ units: 1_204, errors: 2 }, { units: 4_800, errors: 6 })).toMatchInlineSnapshot(
      `"2 of 1,204 distinct requests to the release failed: fewer than 5 % is shown with an error of less than 0.01 % (5 % is asked). So much traffic shows a rate of failures of 1.1 % or more, 8.1 times the stable release's; a lower one probably not."`,
    );
    expect(reasonOf({ units: 300 }, { units: 1_200 })).toMatchInlineSnapshot(
      `"0 of 300 distinct requests to the release failed: fewer than 5 % is shown with an error of less than 0.01 % (5 % is asked). So much traffic shows a rate of failures of 2.2 % or more; a lower one probably not."`,
    );
  });

  it("says what is wanted still, or that it can't be had", () => {
    expect(reasonOf({ units: 64 }, { units: 240 })).toMatchInlineSnapshot(
      `"0 of 64 distinct requests to the release failed: that it fails less often than 5 % is not shown yet (1 distinct request without an error is wanted), and that it is worse than the stable one is not (p = 100 %, 1 % is the limit). So much traffic shows a rate of failures of 10 % or more; a lower one probably not."`,
    );
    expect(reasonOf({ units: 3 }, { units: 12 })).toMatchInlineSnapshot(
      `"0 of 3 distinct requests to the release failed: that it fails less often than 5 % is not shown yet (62 distinct requests without an error are wanted), and that it is worse than the stable one is not (p = 100 %, 1 % is the limit). So little traffic would have shown no difference in errors."`,
    );
    expect(reasonOf({ units: 100, errors: 9 }, { units: 400, errors: 40 })).toMatchInlineSnapshot(
      `"The stable release itself fails 10 % of its distinct requests, so that fewer than 5 % (maxErrorRate) can't be shown of this one, and that it is worse than the stable one is not (p = 100 %, 1 % is the limit). So much traffic shows a rate of failures of 32 % or more, 3.2 times the stable release's; a lower one probably not."`,
    );
  });

  it("is the gates' where they failed", () => {
    expect(reasonOf({ units: 402, errors: 31 }, { units: 1_600 }, ["web.0 was started 3 times again"])).toBe(
      "web.0 was started 3 times again.",
    );
  });
});
