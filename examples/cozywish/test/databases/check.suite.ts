import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkCredentials } from "../../src/accounts/accounts.ts";
import { CHECK_EMAIL, checkBooking } from "../../src/checking/check-booking.ts";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import type { Database } from "../../src/database/open-database.ts";
import { addAccounts, fill, massage, NOW, venue } from "../support/fixtures.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

const password = "a password for checks";

export function checkSuite(newDatabase: NewDatabase): void {
  describe("the check of a release", () => {
    it("books an hour and leaves nothing of it, however often", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await fill(database);
        for (let time = 0; time < 3; time += 1) {
          assert.equal(
            await checkBooking(database, { password, now: NOW }),
            `${massage.name} at ${venue.name}`,
          );
        }
        assert.deepEqual(await rowsAfter(database), {
          bookings: 0,
          bookedUnits: 0,
          holds: 0,
          heldUnits: 0,
          outstandingConfirmations: 0,
          accounts: 1,
        });
      });
    });

    it("signs in with the password that it is given now", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await fill(database);
        await checkBooking(database, { password: "another one before", now: NOW });
        await checkBooking(database, { password, now: NOW });
        assert.ok((await checkCredentials(database, { email: CHECK_EMAIL, password })).right);
      });
    });

    it("takes the next time where one is taken, and says where there is no place", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await migrateToLatest(database);
        assert.equal(await checkBooking(database, { password, now: NOW }), undefined);
      });
      await withDatabase(await newDatabase(), async (database) => {
        await fill(database);
        await addAccounts(database, ["guest"]);
        await database
          .insertInto("bookings")
          .values({
            id: "everything",
            accountId: "guest",
            serviceId: massage.id,
            venueId: venue.id,
            room: 1,
            day: "2026-03-24",
            startMinute: venue.opensAt,
            durationMinutes: 60,
            priceCents: 1,
            createdAt: "",
            cancelledAt: null,
          })
          .execute();
        const units = [1, 2].flatMap((room) => [18, 19].map((unit) => ({ room, unit })));
        await database
          .insertInto("bookedUnits")
          .values(
            units.map((one) => ({ ...one, venueId: venue.id, day: "2026-03-24", bookingId: "everything" })),
          )
          .execute();
        assert.equal(
          await checkBooking(database, { password, now: NOW }),
          `${massage.name} at ${venue.name}`,
        );
      });
    });
  });
}

async function rowsAfter(database: Database): Promise<Record<string, number>> {
  const tables = [
    "bookings",
    "bookedUnits",
    "holds",
    "heldUnits",
    "outstandingConfirmations",
    "accounts",
  ] as const;
  const counts = tables.map(async (table): Promise<[string, number]> => {
    const { n } = await database
      .selectFrom(table)
      .select((select) => select.fn.countAll().as("n"))
      .executeTakeFirstOrThrow();
    return [table, Number(n)];
  });
  return Object.fromEntries(await Promise.all(counts));
}
