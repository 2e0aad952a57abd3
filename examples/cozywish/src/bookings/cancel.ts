import type { Database } from "../database/open-database.ts";
import { wallClock } from "../time/wall-clock.ts";
import { isPast } from "./slots.ts";

export type CancelOutcome = "cancelled" | "not-found" | "too-late";

/** Gives the room back. Cancelling twice is the same as once; somebody else's booking is not found. */
export async function cancel(
  database: Database,
  request: { accountId: string; bookingId: string; now: Date },
): Promise<CancelOutcome> {
  const { accountId, bookingId, now } = request;
  return database.transaction().execute(async (transaction) => {
    const booking = await transaction
      .selectFrom("bookings")
      .innerJoin("venues", "venues.id", "bookings.venueId")
      .select(["bookings.day", "bookings.startMinute", "bookings.cancelledAt", "venues.timeZone"])
      .where("bookings.id", "=", bookingId)
      .where("bookings.accountId", "=", accountId)
      .executeTakeFirst();
    if (!booking) return "not-found";
    if (booking.cancelledAt !== null) return "cancelled";
    if (isPast(booking.day, booking.startMinute, wallClock(now, booking.timeZone))) return "too-late";
    await transaction.deleteFrom("bookedUnits").where("bookingId", "=", bookingId).execute();
    await transaction
      .updateTable("bookings")
      .set({ cancelledAt: now.toISOString() })
      .where("id", "=", bookingId)
      .execute();
    return "cancelled";
  });
}
