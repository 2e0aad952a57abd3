import type { Database } from "../database/open-database.ts";

export type BookingEntry = {
  id: string;
  venueId: string;
  venueName: string;
  city: string;
  timeZone: string;
  serviceId: string;
  serviceName: string;
  picture: string | null;
  day: string;
  startMinute: number;
  durationMinutes: number;
  priceCents: number;
  cancelledAt: string | null;
};

/** Newest day first. */
export async function bookingsOfAccount(database: Database, accountId: string): Promise<BookingEntry[]> {
  return database
    .selectFrom("bookings")
    .innerJoin("venues", "venues.id", "bookings.venueId")
    .innerJoin("services", "services.id", "bookings.serviceId")
    .leftJoin("pictures", (join) =>
      join.onRef("pictures.venueId", "=", "venues.id").on("pictures.position", "=", 0),
    )
    .select(["bookings.id", "bookings.venueId", "bookings.serviceId", "bookings.day", "bookings.startMinute"])
    .select(["bookings.durationMinutes", "bookings.priceCents", "bookings.cancelledAt"])
    .select(["venues.name as venueName", "venues.city", "venues.timeZone"])
    .select(["services.name as serviceName", "pictures.file as picture"])
    .where("bookings.accountId", "=", accountId)
    .orderBy("bookings.day", "desc")
    .orderBy("bookings.startMinute", "desc")
    .limit(100)
    .execute();
}
