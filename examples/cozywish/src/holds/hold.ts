import { randomUUID } from "node:crypto";
import { isOffered, type SlotRequest } from "../bookings/slot-request.ts";
import { freeRooms } from "../bookings/slots.ts";
import { takenUnits } from "../bookings/taken-units.ts";
import { unitsOf } from "../bookings/units.ts";
import type { Database } from "../database/open-database.ts";
import { findHold, releaseHoldsOf, type Hold } from "./holds.ts";

export const HOLD_MINUTES = 10;

export type HoldOutcome =
  | { held: true; hold: Hold }
  /** taken: no room is free then; same-time: the guest has a booking at that very time already. */
  | { held: false; reason: "not-offered" | "taken" | "same-time" };

/**
 * Keeps a room for the account for ten minutes, while it makes up its mind. Asking again for the same slot gives
 * the same hold, no longer than it was; asking for another one gives the first back, so that nobody keeps a whole
 * house waiting.
 */
export async function hold(database: Database, request: SlotRequest): Promise<HoldOutcome> {
  if (!isOffered(request)) return { held: false, reason: "not-offered" };
  if (await isBusy(database, request)) return { held: false, reason: "same-time" };
  const known = await findHold(database, request);
  if (known) return { held: true, hold: known };
  const { accountId, venue, service, day, startMinute, now } = request;
  await releaseHoldsOf(database, accountId);
  const units = unitsOf(startMinute, service.durationMinutes);
  const taken = await takenUnits(database, { venueId: venue.id, day, now, except: accountId });
  for (const room of freeRooms(venue.rooms, taken, units)) {
    const held = await holdRoom(database, request, room, units);
    if (held) return { held: true, hold: held };
  }
  return { held: false, reason: "taken" };
}

/** Whether the guest has a booking at that very time already. */
async function isBusy(database: Database, { accountId, day, startMinute }: SlotRequest): Promise<boolean> {
  const booking = await database
    .selectFrom("bookings")
    .select("id")
    .where("accountId", "=", accountId)
    .where("day", "=", day)
    .where("startMinute", "=", startMinute)
    .where("cancelledAt", "is", null)
    .executeTakeFirst();
  return booking !== undefined;
}

/** Thrown to roll the transaction back. */
class RoomTaken extends Error {}

/**
 * The database decides, not what was read before: the unit's primary key lets in one of two who ask for it at the
 * same time, and a row that has run out is taken over. Bookings are looked at after that: whoever makes one of a
 * hold of this room gives its units up in the same transaction, so we either waited for that or are the first.
 */
async function holdRoom(
  database: Database,
  request: SlotRequest,
  room: number,
  units: readonly number[],
): Promise<Hold | undefined> {
  const { accountId, venue, service, day, startMinute, now } = request;
  const createdAt = now.toISOString();
  const expiresAt = new Date(now.getTime() + HOLD_MINUTES * 60_000).toISOString();
  const held: Hold = {
    id: randomUUID(),
    venueId: venue.id,
    room,
    day,
    startMinute,
    durationMinutes: service.durationMinutes,
    expiresAt,
  };
  try {
    return await database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto("holds")
        .values({ ...held, accountId, serviceId: service.id, createdAt })
        .execute();
      const got = await transaction
        .insertInto("heldUnits")
        .values(units.map((unit) => ({ venueId: venue.id, room, day, unit, holdId: held.id, expiresAt })))
        .onConflict((conflict) =>
          conflict
            .columns(["venueId", "day", "room", "unit"])
            .doUpdateSet({ holdId: held.id, expiresAt })
            .where("heldUnits.expiresAt", "<=", createdAt),
        )
        .executeTakeFirst();
      if (Number(got.numInsertedOrUpdatedRows) < units.length) throw new RoomTaken();
      const taken = await takenUnits(transaction, { venueId: venue.id, day, now, except: accountId });
      if (!freeRooms(venue.rooms, taken, units).includes(room)) throw new RoomTaken();
      return held;
    });
  } catch (error) {
    if (error instanceof RoomTaken) return undefined;
    throw error;
  }
}
