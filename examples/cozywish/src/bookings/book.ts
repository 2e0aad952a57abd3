import { randomUUID } from "node:crypto";
import { addOutstanding } from "../confirmations/outstanding.ts";
import type { Database } from "../database/open-database.ts";
import { hold, type HoldOutcome } from "../holds/hold.ts";
import { releaseHold, type Hold } from "../holds/holds.ts";
import { priceAt } from "../services/price.ts";
import type { SlotRequest } from "./slot-request.ts";
import { unitsOf } from "./units.ts";

export type BookingOutcome =
  | { booked: true; id: string; room: number }
  | { booked: false; reason: Extract<HoldOutcome, { held: false }>["reason"] };

/**
 * Makes a booking of what the account holds; where its hold has run out, or there was none, of any room that is
 * still free. Who comes second to a room goes on to the next one.
 */
export async function book(database: Database, request: SlotRequest): Promise<BookingOutcome> {
  for (let attempt = 0; attempt < request.venue.rooms; attempt += 1) {
    const outcome = await hold(database, request);
    if (!outcome.held) return { booked: false, reason: outcome.reason };
    const booked = await bookHeldRoom(database, request, outcome.hold);
    if (booked !== "room-taken") return booked;
  }
  return { booked: false, reason: "taken" };
}

/** Thrown to roll the transaction back. */
class RoomTaken extends Error {}

/**
 * The primary key of the booked units has the last word, even over a hold: a release that knows of no holds may
 * have booked the room meanwhile. `do nothing` and a count say so without an error to interpret.
 */
async function bookHeldRoom(
  database: Database,
  request: SlotRequest,
  held: Hold,
): Promise<BookingOutcome | "room-taken"> {
  const { accountId, venue, service, day, startMinute, now } = request;
  const units = unitsOf(startMinute, service.durationMinutes);
  const id = randomUUID();
  try {
    return await database.transaction().execute(async (transaction) => {
      const released = await releaseHold(transaction, held);
      const inserted = await transaction
        .insertInto("bookings")
        .values({
          id,
          accountId,
          serviceId: service.id,
          venueId: venue.id,
          room: held.room,
          day,
          startMinute,
          durationMinutes: service.durationMinutes,
          priceCents: priceAt(service, day, startMinute).cents,
          createdAt: now.toISOString(),
          cancelledAt: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (Number(inserted.numInsertedOrUpdatedRows) === 0) return { booked: false, reason: "same-time" };
      const taken = await transaction
        .insertInto("bookedUnits")
        .values(units.map((unit) => ({ venueId: venue.id, room: held.room, day, unit, bookingId: id })))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (released < units.length || Number(taken.numInsertedOrUpdatedRows) < units.length)
        throw new RoomTaken();
      await addOutstanding(transaction, { bookingId: id, now });
      return { booked: true, id, room: held.room };
    });
  } catch (error) {
    if (!(error instanceof RoomTaken)) throw error;
    // The rollback has brought the hold back, and it is of a room that can't be had.
    await database.transaction().execute((transaction) => releaseHold(transaction, held));
    return "room-taken";
  }
}
