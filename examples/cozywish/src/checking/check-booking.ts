import { setPassword } from "../accounts/accounts.ts";
import { book } from "../bookings/book.ts";
import { cancel } from "../bookings/cancel.ts";
import { BOOKABLE_DAYS } from "../bookings/slots.ts";
import type { SlotRequest } from "../bookings/slot-request.ts";
import type { Database } from "../database/open-database.ts";
import { servicesOfVenue } from "../services/service.ts";
import { addDays } from "../time/days.ts";
import { wallClock } from "../time/wall-clock.ts";
import { findVenue } from "../venues/venue.ts";

export const CHECK_EMAIL = "check@cozywish.example";

/**
 * Does what a guest does, as an account of its own: books an hour, gives it back, and leaves nothing of it. What only reads well is
 * found out before a guest does. @returns what it has booked, or undefined where there is no place to book yet
 */
export async function checkBooking(
  database: Database,
  { password, now }: { password: string; now: Date },
): Promise<string | undefined> {
  const accountId = await setPassword(database, { name: "Check", email: CHECK_EMAIL, password, now });
  const requests = await latestSlots(database, { accountId, now });
  for (const request of requests) {
    const outcome = await book(database, request);
    if (!outcome.booked) continue;
    const cancelled = await cancel(database, { accountId, bookingId: outcome.id, now });
    await database.deleteFrom("bookings").where("id", "=", outcome.id).execute();
    if (cancelled !== "cancelled") throw new Error(`the booking could not be cancelled: ${cancelled}`);
    return `${request.service.name} at ${request.venue.name}`;
  }
  if (requests.length > 0) throw new Error(`none of ${requests.length} times of a whole day could be booked`);
  return undefined;
}

/** Of one place, as far ahead as can be, where the fewest guests look. */
async function latestSlots(
  database: Database,
  { accountId, now }: { accountId: string; now: Date },
): Promise<SlotRequest[]> {
  const first = await database.selectFrom("venues").select("id").orderBy("id").limit(1).executeTakeFirst();
  const venue = first && (await findVenue(database, first.id));
  const [service] = venue ? await servicesOfVenue(database, venue.id) : [];
  if (!venue || !service) return [];
  const day = addDays(wallClock(now, venue.timeZone).day, BOOKABLE_DAYS - 1);
  const starts = (venue.closesAt - venue.opensAt - service.durationMinutes) / 30;
  return Array.from({ length: Math.floor(starts) + 1 }, (_, index) => ({
    accountId,
    venue,
    service,
    day,
    startMinute: venue.opensAt + 30 * index,
    now,
  }));
}
