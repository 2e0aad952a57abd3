import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freeRooms, slotsOfDay } from "../../src/bookings/slots.ts";
import { unitsOf } from "../../src/bookings/units.ts";
import { massage, TODAY, venue } from "../support/fixtures.ts";

const longAgo = { day: "2026-01-01", minute: 0 };

describe("the slots of a day", () => {
  it("go from opening to the last start that ends before closing", () => {
    const starts = slotsOfDay(venue, massage, TODAY, [], longAgo).map((slot) => slot.startMinute);
    assert.deepEqual([starts[0], starts[1], starts.at(-1)], [540, 570, 1_020]);
  });

  it("leave out what has begun", () => {
    const starts = slotsOfDay(venue, massage, TODAY, [], { day: TODAY, minute: 960 }).map(
      (slot) => slot.startMinute,
    );
    assert.deepEqual(starts, [990, 1_020]);
    assert.deepEqual(slotsOfDay(venue, massage, TODAY, [], { day: "2026-03-12", minute: 0 }), []);
  });

  it("are taken where no room is free for the whole of the service", () => {
    const taken = [1, 2].flatMap((room) => unitsOf(600, 60).map((unit) => ({ room, unit })));
    const isFree = new Map(
      slotsOfDay(venue, massage, TODAY, taken, longAgo).map((slot) => [slot.startMinute, slot.free]),
    );
    assert.deepEqual(
      [540, 570, 600, 630, 660].map((start) => isFree.get(start)),
      [true, false, false, false, true],
    );
  });

  it("are free as long as one room is", () => {
    assert.deepEqual(freeRooms(3, [{ room: 2, unit: 20 }], [20, 21]), [1, 3]);
    assert.deepEqual(
      freeRooms(
        2,
        [
          { room: 1, unit: 20 },
          { room: 2, unit: 21 },
        ],
        [20, 21],
      ),
      [],
    );
  });
});
