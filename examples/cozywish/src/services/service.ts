import type { Database } from "../database/open-database.ts";
import type { OffPeak } from "./price.ts";

export type Service = {
  id: string;
  venueId: string;
  name: string;
  category: string;
  description: string;
  durationMinutes: number;
  priceCents: number;
  offPeak: OffPeak | null;
};

export async function servicesOfVenue(database: Database, venueId: string): Promise<Service[]> {
  const rows = await select(database)
    .where("venueId", "=", venueId)
    .orderBy("priceCents")
    .orderBy("id")
    .execute();
  return rows.map(fromRow);
}

export async function findService(
  database: Database,
  venueId: string,
  id: string,
): Promise<Service | undefined> {
  const row = await select(database).where("venueId", "=", venueId).where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

function select(database: Database) {
  return database
    .selectFrom("services")
    .select(["id", "venueId", "name", "category", "description", "durationMinutes", "priceCents"])
    .select(["offPeakPercent", "offPeakFrom", "offPeakUntil"]);
}

type Row = Omit<Service, "offPeak"> & {
  offPeakPercent: number | null;
  offPeakFrom: number | null;
  offPeakUntil: number | null;
};

function fromRow({
  offPeakPercent: percent,
  offPeakFrom: from,
  offPeakUntil: until,
  ...service
}: Row): Service {
  const complete = percent !== null && from !== null && until !== null;
  return { ...service, offPeak: complete ? { percent, from, until } : null };
}
