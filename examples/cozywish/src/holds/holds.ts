import type { SlotRequest } from "../bookings/slot-request.ts";
import { unitsOf } from "../bookings/units.ts";
import type { Database } from "../database/open-database.ts";

export type Hold = {
  id: string;
  venueId: string;
  room: number;
  day: string;
  startMinute: number;
  durationMinutes: number;
  expiresAt: string;
};

/** The account's own hold of that slot, if it has not run out. */
export async function findHold(database: Database, request: SlotRequest): Promise<Hold | undefined> {
  const { accountId, venue, service, day, startMinute, now } = request;
  return holds(database)
    .where("accountId", "=", accountId)
    .where("venueId", "=", venue.id)
    .where("serviceId", "=", service.id)
    .where("day", "=", day)
    .where("startMinute", "=", startMinute)
    .where("expiresAt", ">", now.toISOString())
    .executeTakeFirst();
}

/** Gives back all that the account holds. */
export async function releaseHoldsOf(database: Database, accountId: string): Promise<void> {
  await releaseEach(database, await holds(database).where("accountId", "=", accountId).execute());
}

/** @returns how many holds there were that had run out */
export async function removeExpiredHolds(database: Database, now: Date): Promise<number> {
  const expired = await holds(database).where("expiresAt", "<=", now.toISOString()).execute();
  await releaseEach(database, expired);
  return expired.length;
}

/** Each in a transaction of its own: two at a time could wait for each other's units. */
async function releaseEach(database: Database, expired: readonly Hold[]): Promise<void> {
  for (const hold of expired) {
    await database.transaction().execute((transaction) => releaseHold(transaction, hold));
  }
}

/**
 * Within a transaction. The units go one by one in their order, which is also the order in which they are taken:
 * left to the foreign key, two transactions could each wait for a unit that the other one has.
 * @returns how many units it still had: fewer than it took where somebody has taken over what had run out
 */
export async function releaseHold(transaction: Database, hold: Hold): Promise<number> {
  let released = 0;
  for (const unit of unitsOf(hold.startMinute, hold.durationMinutes)) {
    const { numDeletedRows } = await transaction
      .deleteFrom("heldUnits")
      .where("venueId", "=", hold.venueId)
      .where("day", "=", hold.day)
      .where("room", "=", hold.room)
      .where("unit", "=", unit)
      .where("holdId", "=", hold.id)
      .executeTakeFirst();
    released += Number(numDeletedRows);
  }
  await transaction.deleteFrom("holds").where("id", "=", hold.id).execute();
  return released;
}

function holds(database: Database) {
  return database
    .selectFrom("holds")
    .select(["id", "venueId", "room", "day", "startMinute", "durationMinutes", "expiresAt"]);
}
