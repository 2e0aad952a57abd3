import { randomUUID } from "node:crypto";
import type { Database } from "../database/open-database.ts";
import { priceAt } from "../services/price.ts";
import type { Service } from "../services/service.ts";
import { addDays } from "../time/days.ts";
import { wallClock } from "../time/wall-clock.ts";
import type { Venue } from "../venues/venue.ts";
import { BOOKABLE_DAYS, freeRooms, isPast } from "./slots.ts";
import { takenUnits } from "./taken-units.ts";
import { UNIT_MINUTES, unitsOf } from "./units.ts";

export type BookingRequest = {
  accountId: string;
  venue: Venue;
  service: Service;
  day: string;
  startMinute: number;
  now: Date;
};

export type BookingOutcome =
  | { booked: true; id: string; room: number }
  /** taken: no room is free then; same-time: the guest has a booking at that very time already. */
  | { booked: false; reason: "not-offered" | "taken" | "same-time" };

/** Books the first free room, or none at all; who comes second to a room goes on to the next one. */
export async function book(database: Database, request: BookingRequest): Promise<BookingOutcome> {
  if (!isOffered(request)) return { booked: false, reason: "not-offered" };
  const { venue, service, day, startMinute } = request;
  const units = unitsOf(startMinute, service.durationMinutes);
  for (const room of freeRooms(venue.rooms, await takenUnits(database, venue.id, day), units)) {
    const attempt = await bookRoom(database, request, room, units);
    if (attempt !== "room-taken") return attempt;
  }
  return { booked: false, reason: "taken" };
}

/** Whether the time is one that the page offers, free or not: a form can send any. */
function isOffered({ venue, service, day, startMinute, now }: BookingRequest): boolean {
  const here = wallClock(now, venue.timeZone);
  const opensThen = startMinute >= venue.opensAt && startMinute + service.durationMinutes <= venue.closesAt;
  const onGrid = (startMinute - venue.opensAt) % UNIT_MINUTES === 0;
  return opensThen && onGrid && !isPast(day, startMinute, here) && day < addDays(here.day, BOOKABLE_DAYS);
}

/** Thrown to roll the transaction back. */
class RoomTaken extends Error {}

/**
 * The database decides, not what was read before: the unit's primary key lets in one of two bookings that run at
 * the same time. `do nothing` and a count say so without an error to interpret.
 */
async function bookRoom(
  database: Database,
  request: BookingRequest,
  room: number,
  units: readonly number[],
): Promise<BookingOutcome | "room-taken"> {
  const { accountId, venue, service, day, startMinute, now } = request;
  const id = randomUUID();
  try {
    return await database.transaction().execute(async (transaction) => {
      const inserted = await transaction
        .insertInto("bookings")
        .values({
          id,
          accountId,
          serviceId: service.id,
          venueId: venue.id,
          room,
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
        .values(units.map((unit) => ({ venueId: venue.id, room, day, unit, bookingId: id })))
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (Number(taken.numInsertedOrUpdatedRows) < units.length) throw new RoomTaken();
      return { booked: true, id, room };
    });
  } catch (error) {
    if (error instanceof RoomTaken) return "room-taken";
    throw error;
  }
}
