import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import type { Database } from "../../src/database/open-database.ts";
import type { Service } from "../../src/services/service.ts";
import type { Venue } from "../../src/venues/venue.ts";

/** A Wednesday morning, before the venue opens. */
export const NOW = new Date("2026-03-11T06:00:00Z");
export const TODAY = "2026-03-11";

export const venue: Venue = {
  id: "quiet-house",
  name: "Quiet House",
  city: "Köln",
  address: "1 Test Street",
  description: "A <quiet> place.",
  timeZone: "UTC",
  opensAt: 540,
  closesAt: 1080,
  rooms: 2,
  rating: 4.5,
  reviewCount: 12,
};

export const massage: Service = {
  id: "massage",
  venueId: venue.id,
  name: "Massage",
  category: "massage",
  description: "One hour.",
  durationMinutes: 60,
  priceCents: 6_000,
  offPeak: { percent: 25, from: 600, until: 840 },
};

export const sauna: Service = {
  ...massage,
  id: "sauna",
  name: "Sauna",
  category: "sauna",
  durationMinutes: 90,
  offPeak: null,
};

/** Migrates an empty database and puts one venue with two services in. */
export async function fill(database: Database): Promise<void> {
  await migrateToLatest(database);
  await database
    .insertInto("venues")
    .values({ ...venue, searchText: "quiet house koln a <quiet> place. massage" })
    .execute();
  for (const { offPeak, ...service } of [massage, sauna]) {
    await database
      .insertInto("services")
      .values({
        ...service,
        offPeakPercent: offPeak?.percent ?? null,
        offPeakFrom: offPeak?.from ?? null,
        offPeakUntil: offPeak?.until ?? null,
      })
      .execute();
  }
}

export async function addAccounts(database: Database, ids: readonly string[]): Promise<void> {
  const rows = ids.map((id) => ({
    id,
    email: `${id}@example.com`,
    name: id,
    passwordHash: "-",
    createdAt: "",
  }));
  await database.insertInto("accounts").values(rows).execute();
}
