import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { book } from "../../src/bookings/book.ts";
import type { SlotRequest } from "../../src/bookings/slot-request.ts";
import { takenUnits } from "../../src/bookings/taken-units.ts";
import { unitsOf } from "../../src/bookings/units.ts";
import type { Database } from "../../src/database/open-database.ts";
import { hold, HOLD_MINUTES } from "../../src/holds/hold.ts";
import { removeExpiredHolds } from "../../src/holds/holds.ts";
import { addAccounts, fill, massage, NOW, TODAY, venue } from "../support/fixtures.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const taken = { held: false, reason: "taken" };

export function holdSuite(newDatabase: NewDatabase): void {
  describe("a hold", () => {
    const withGuests = async (work: (database: Database) => Promise<void>) =>
      withDatabase(await newDatabase(), async (database) => {
        await fill(database);
        await addAccounts(database, ["ada", "ben", "cleo", "dora"]);
        await work(database);
      });

    it("keeps the room from everybody but its owner, who gets the same one again", async () => {
      await withGuests(async (database) => {
        const first = await hold(database, slot("ada", 600));
        assert.ok(first.held);
        assert.equal(first.hold.expiresAt, later(HOLD_MINUTES).toISOString());
        assert.ok((await hold(database, slot("ben", 630))).held);
        assert.deepEqual(await hold(database, slot("cleo", 600)), taken);
        assert.deepEqual(await book(database, slot("cleo", 630)), { booked: false, reason: "taken" });
        // Not a minute longer, or somebody could hold it for ever.
        assert.deepEqual(await hold(database, slot("ada", 600, later(5))), first);
        const booked = await book(database, slot("ada", 600, later(9)));
        assert.ok(booked.booked);
        assert.equal(booked.room, first.hold.room);
      });
    });

    it("blocks nobody once it has run out, removed or not", async () => {
      await withGuests(async (database) => {
        await hold(database, slot("ada", 600));
        await hold(database, slot("ben", 600));
        assert.deepEqual(await hold(database, slot("cleo", 630, later(9))), taken);
        assert.ok((await book(database, slot("cleo", 630, later(HOLD_MINUTES)))).booked);
        assert.ok((await book(database, slot("dora", 600, later(HOLD_MINUTES)))).booked);
        // Whoever comes back too late books what is free then, or nothing.
        assert.deepEqual(await book(database, slot("ada", 600, later(11))), {
          booked: false,
          reason: "taken",
        });
        assert.ok((await book(database, slot("ada", 720, later(11)))).booked);
      });
    });

    it("is removed by the clean-up when it has run out, and not before", async () => {
      await withGuests(async (database) => {
        await hold(database, slot("ada", 600));
        await hold(database, slot("ben", 720, later(5)));
        assert.equal(await removeExpiredHolds(database, later(9)), 0);
        assert.equal(await removeExpiredHolds(database, later(10)), 1);
        const left = await database.selectFrom("heldUnits").select(["unit"]).orderBy("unit").execute();
        assert.deepEqual(
          left,
          unitsOf(720, 60).map((unit) => ({ unit })),
        );
        assert.equal(await removeExpiredHolds(database, later(15)), 1);
        assert.deepEqual(await everythingHeld(database), []);
      });
    });

    it("is given back for the next one: nobody holds two", async () => {
      await withGuests(async (database) => {
        await hold(database, slot("ada", 600));
        await hold(database, slot("ben", 600));
        await hold(database, slot("ada", 720));
        assert.ok((await hold(database, slot("cleo", 600))).held);
        // Also where the two overlap.
        assert.ok((await hold(database, slot("ada", 750))).held);
        assert.equal((await everythingHeld(database)).length, 3 * 2);
      });
    });

    it("is gone with the booking that it has become", async () => {
      await withGuests(async (database) => {
        await hold(database, slot("ada", 600));
        assert.ok((await book(database, slot("ada", 600))).booked);
        assert.deepEqual(await everythingHeld(database), []);
        assert.deepEqual(await hold(database, slot("ada", 600)), { held: false, reason: "same-time" });
      });
    });

    it("gives the room's last hours to one of four who ask at once, and to one only", async () => {
      await withGuests(async (database) => {
        for (const startMinute of [600, 660, 720, 780]) {
          const outcomes = await Promise.all(
            ["ada", "ben", "cleo", "dora"].map((guest) => hold(database, slot(guest, startMinute))),
          );
          assert.equal(outcomes.filter((outcome) => outcome.held).length, venue.rooms);
        }
      });
    });

    it("gives way to a release that knows of no holds, and never to two bookings of one room", async () => {
      await withGuests(async (database) => {
        const held = await hold(database, slot("ada", 600));
        assert.ok(held.held);
        await bookAsBefore(database, "ben", 600, held.hold.room);
        const elsewhere = await book(database, slot("ada", 600));
        assert.ok(elsewhere.booked);
        assert.notEqual(elsewhere.room, held.hold.room);

        const other = await hold(database, slot("cleo", 720));
        assert.ok(other.held);
        await bookAsBefore(database, "ada", 720, 1);
        await bookAsBefore(database, "ben", 720, 2);
        assert.deepEqual(await book(database, slot("cleo", 720)), { booked: false, reason: "taken" });
        assert.deepEqual(await everythingHeld(database), []);
        const units = await takenUnits(database, {
          venueId: venue.id,
          day: TODAY,
          now: NOW,
          except: undefined,
        });
        assert.equal(units.length, 4 * 2);
      });
    });
  });
}

function slot(accountId: string, startMinute: number, now = NOW): SlotRequest {
  return { accountId, venue, service: massage, day: TODAY, startMinute, now };
}

async function everythingHeld(database: Database): Promise<unknown[]> {
  const holds = await database.selectFrom("holds").select("id").execute();
  const units = await database.selectFrom("heldUnits").select("holdId").execute();
  assert.deepEqual(new Set(units.map((unit) => unit.holdId)), new Set(holds.map((each) => each.id)));
  return units;
}

/** What a booking was before migration 0005: an old release goes on doing this beside the new one. */
async function bookAsBefore(
  database: Database,
  accountId: string,
  startMinute: number,
  room: number,
): Promise<void> {
  const id = randomUUID();
  const place = { venueId: venue.id, day: TODAY, room };
  await database
    .insertInto("bookings")
    .values({
      id,
      accountId,
      ...place,
      serviceId: massage.id,
      startMinute,
      durationMinutes: massage.durationMinutes,
      priceCents: massage.priceCents,
      createdAt: NOW.toISOString(),
      cancelledAt: null,
    })
    .execute();
  const units = unitsOf(startMinute, massage.durationMinutes);
  await database
    .insertInto("bookedUnits")
    .values(units.map((unit) => ({ ...place, unit, bookingId: id })))
    .execute();
}
