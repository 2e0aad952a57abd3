import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backupId, partsOfId } from "./backup-id.ts";

const classes = fc.constantFrom("daily" as const, "weekly" as const, "deploy" as const);
const moments = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2199, 0) });

describe("backupId", () => {
  it("is the moment in UTC, to the second, and the class", () => {
    expect(backupId(Date.UTC(2026, 10, 24, 3, 15, 0, 999), "daily")).toBe("20261124T031500Z-daily");
  });

  it("is one that nobody has", () => {
    const taken = ["20261124T031500Z-daily", "20261124T031501Z-daily", "20261124T031502Z-weekly"];
    expect(backupId(Date.UTC(2026, 10, 24, 3, 15), "daily", taken)).toBe("20261124T031502Z-daily");
  });

  it("can be read back, and sorts by time", () => {
    fc.assert(
      fc.property(moments, moments, classes, (a, b, of) => {
        const second = (at: number) => Math.floor(at / 1_000) * 1_000;
        expect(partsOfId(backupId(a, of))).toEqual({ at: second(a), class: of });
        expect(backupId(a, of) < backupId(b, of)).toBe(second(a) < second(b));
      }),
    );
  });
});

it.each(["20261124T031500Z-daily.partial", "20261124T031500Z", "x-daily", "20261124T031500Z-hourly", ""])(
  "%j is no name of a backup",
  (name) => {
    expect(partsOfId(name)).toBeUndefined();
  },
);
