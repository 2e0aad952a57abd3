import type { Database } from "../database/open-database.ts";
import type { TakenUnit } from "./slots.ts";

export async function takenUnits(database: Database, venueId: string, day: string): Promise<TakenUnit[]> {
  return database
    .selectFrom("bookedUnits")
    .select(["room", "unit"])
    .where("venueId", "=", venueId)
    .where("day", "=", day)
    .execute();
}
