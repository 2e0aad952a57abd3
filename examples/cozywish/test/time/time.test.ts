import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addDays, formatDay, isDay } from "../../src/time/days.ts";
import { formatMinute, wallClock } from "../../src/time/wall-clock.ts";

describe("time", () => {
  it("is what the clock on the venue's wall shows, on either side of midnight and of summer time", () => {
    const late = new Date("2026-03-28T22:30:00Z");
    assert.deepEqual(wallClock(late, "Europe/Lisbon"), { day: "2026-03-28", minute: 22 * 60 + 30 });
    assert.deepEqual(wallClock(late, "Europe/Helsinki"), { day: "2026-03-29", minute: 30 });
    const afterTheChange = new Date("2026-03-29T01:00:00Z");
    assert.deepEqual(wallClock(afterTheChange, "Europe/Berlin"), { day: "2026-03-29", minute: 180 });
  });

  it("counts days over the ends of months and years", () => {
    assert.equal(addDays("2026-12-31", 1), "2027-01-01");
    assert.equal(addDays("2028-02-28", 1), "2028-02-29");
    assert.equal(addDays("2026-03-01", -1), "2026-02-28");
  });

  it("takes for a day only what the calendar has", () => {
    const texts = ["2028-02-29", "2026-02-29", "2026-13-01", "2026-3-1", "", "tomorrow", "2026-03-11T00:00"];
    assert.deepEqual(texts.filter(isDay), ["2028-02-29"]);
  });

  it("is written for people", () => {
    assert.equal(formatDay("2026-03-14"), "Saturday 14 March");
    assert.deepEqual([0, 570, 1_439].map(formatMinute), ["0:00", "9:30", "23:59"]);
  });
});
