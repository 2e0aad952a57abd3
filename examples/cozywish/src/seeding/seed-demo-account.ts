import { randomBytes } from "node:crypto";
import { createAccount } from "../accounts/accounts.ts";
import { book } from "../bookings/book.ts";
import type { Database } from "../database/open-database.ts";
import { servicesOfVenue } from "../services/service.ts";
import { addDays } from "../time/days.ts";
import { wallClock } from "../time/wall-clock.ts";
import { findVenue } from "../venues/venue.ts";
import { randomOf } from "./artwork/random.ts";

export const DEMO_EMAIL = "demo@cozywish.example";
const DEVELOPMENT_PASSWORD = "slow-sunday-42";

/** @returns the account's password, or undefined where the account was there before */
export async function addDemoAccount(
  database: Database,
  { production, now }: { production: boolean; now: Date },
): Promise<string | undefined> {
  // In production everybody can read this file, so the password is one that isn't in it.
  const password = production ? randomBytes(12).toString("base64url") : DEVELOPMENT_PASSWORD;
  const account = await createAccount(database, { name: "Demo", email: DEMO_EMAIL, password, now });
  if (!account) return undefined;
  await addBookings(database, account.id, now);
  return password;
}

/** Takes some hours of the coming days, so that the places look as if people went there. */
async function addBookings(database: Database, demoId: string, now: Date): Promise<void> {
  const random = randomOf("bookings");
  const guest = await createAccount(database, {
    name: "Guests",
    email: "guests@cozywish.example",
    password: randomBytes(24).toString("base64url"),
    now,
  });
  const venues = await database.selectFrom("venues").select("id").orderBy("id").execute();
  for (const [index, { id }] of venues.entries()) {
    const venue = await findVenue(database, id);
    const [service, ...others] = await servicesOfVenue(database, id);
    if (!venue || !service || !guest) continue;
    const today = wallClock(now, venue.timeZone).day;
    for (let day = 0; day < 6; day += 1) {
      for (let count = 0; count < venue.rooms * 3; count += 1) {
        const startMinute =
          venue.opensAt + 30 * Math.floor(random.between(0, (venue.closesAt - venue.opensAt) / 30));
        const chosen = random.pick([service, ...others]);
        const accountId = guest.id;
        await book(database, {
          accountId,
          venue,
          service: chosen,
          day: addDays(today, day),
          startMinute,
          now,
        });
      }
    }
    if (index % 4 === 0) {
      const day = addDays(today, 2 + index);
      await book(database, { accountId: demoId, venue, service, day, startMinute: venue.opensAt + 120, now });
    }
  }
  // Nobody waits for the confirmations of these.
  const seeded = database
    .selectFrom("bookings")
    .select("id")
    .where("accountId", "in", [demoId, ...(guest ? [guest.id] : [])]);
  await database.deleteFrom("outstandingConfirmations").where("bookingId", "in", seeded).execute();
}
