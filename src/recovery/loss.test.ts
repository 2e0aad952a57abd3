import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lossLines, lossOf } from "./loss.ts";

const record = { id: "20261124T031500Z-daily", at: Date.UTC(2026, 10, 24, 3, 15) } as Parameters<
  typeof lossOf
>[0]["record"];
const now = record.at + 7 * 3_600_000 + 720_000;
const lines = (rows: Record<string, number>, live: Parameters<typeof lossOf>[1]) =>
  lossLines(lossOf({ record, rows }, live, now));

describe("what a restore would take away", () => {
  it("is told by table, in both directions", () => {
    const live = { rows: { bookings: 100, venues: 8, sessions: 1, same: 3 } };
    expect(lines({ bookings: 88, venues: 10, old: 4, same: 3 }, live)).toEqual([
      "The data would be as it was at 2026-11-24 03:15:00 UTC (backup 20261124T031500Z-daily); what was written in the 7 h 12 min since then would be gone from it.",
      "  bookings: 12 fewer (88 instead of 100)",
      "  old: would be there again, with 4 rows",
      "  sessions: would not be there; it has 1 row now",
      "  venues: 2 more (10 instead of 8), deleted since",
      "Rows that were changed since then are not counted; they would be as they were.",
    ]);
  });

  it("says that counts don't show everything, and why they can't be had", () => {
    expect(lines({ a: 1 }, { rows: { a: 1 } }).join()).toContain(
      "No table would have fewer rows, or more. Rows that were changed",
    );
    expect(lines({ a: 1 }, { unreadable: "it is not there" })).toContainEqual(
      "What that is can't be said, because the database in use can't be read: it is not there.",
    );
  });

  it("names every table whose number of rows differs, and no other", () => {
    const counts = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.nat(9));
    fc.assert(
      fc.property(counts, counts, (rows, live) => {
        const told = lossOf({ record, rows }, { rows: live }, now).tables.map(({ table }) => table);
        const names = [...new Set([...Object.keys(rows), ...Object.keys(live)])];
        expect(told.toSorted()).toEqual(names.filter((name) => rows[name] !== live[name]).toSorted());
      }),
    );
  });
});
