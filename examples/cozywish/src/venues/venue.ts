import type { Database } from "../database/open-database.ts";

export type Venue = {
  id: string;
  name: string;
  city: string;
  address: string;
  description: string;
  timeZone: string;
  opensAt: number;
  closesAt: number;
  rooms: number;
  rating: number;
  reviewCount: number;
};

export type Picture = { file: string; description: string };

export async function findVenue(database: Database, id: string): Promise<Venue | undefined> {
  return database
    .selectFrom("venues")
    .select(["id", "name", "city", "address", "description", "timeZone"])
    .select(["opensAt", "closesAt", "rooms", "rating", "reviewCount"])
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function picturesOfVenue(database: Database, venueId: string): Promise<Picture[]> {
  return database
    .selectFrom("pictures")
    .select(["file", "description"])
    .where("venueId", "=", venueId)
    .orderBy("position")
    .execute();
}
