import type { Database } from "../database/open-database.ts";
import type { TakenUnit } from "./slots.ts";

export type TakenQuestion = {
  venueId: string;
  day: string;
  now: Date;
  /** Whose own holds don't count; undefined for a guest, who has none. */
  except: string | undefined;
};

/** What is booked, and what others hold: a hold that has run out blocks nobody, removed or not. */
export async function takenUnits(database: Database, question: TakenQuestion): Promise<TakenUnit[]> {
  const { venueId, day, now, except } = question;
  const held = database
    .selectFrom("heldUnits")
    .innerJoin("holds", "holds.id", "heldUnits.holdId")
    .select(["heldUnits.room", "heldUnits.unit"])
    .where("heldUnits.venueId", "=", venueId)
    .where("heldUnits.day", "=", day)
    .where("heldUnits.expiresAt", ">", now.toISOString());
  return database
    .selectFrom("bookedUnits")
    .select(["room", "unit"])
    .where("venueId", "=", venueId)
    .where("day", "=", day)
    .unionAll(except === undefined ? held : held.where("holds.accountId", "!=", except))
    .execute();
}
