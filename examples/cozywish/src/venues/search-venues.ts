import { sql } from "kysely";
import type { Database } from "../database/open-database.ts";
import type { Category } from "../services/categories.ts";
import { fold } from "./search-text.ts";

export type VenueSearch = {
  text?: string | undefined;
  city?: string | undefined;
  category?: Category | undefined;
};

/** A venue as a list shows it. */
export type VenueCard = {
  id: string;
  name: string;
  city: string;
  rating: number;
  reviewCount: number;
  picture: string | null;
  fromCents: number | null;
  /** The largest off-peak discount of its services. */
  offPeakPercent: number | null;
};

const MOST_RESULTS = 60;

/** The venues that have every word of the text, best rated first. */
export async function searchVenues(database: Database, search: VenueSearch): Promise<VenueCard[]> {
  let query = database
    .selectFrom("venues")
    .select(["venues.id", "venues.name", "venues.city", "venues.rating", "venues.reviewCount"])
    .select((from) => [
      from
        .selectFrom("pictures")
        .select("file")
        .whereRef("pictures.venueId", "=", "venues.id")
        .where("position", "=", 0)
        .as("picture"),
      from
        .selectFrom("services")
        .select((service) => service.fn.min("priceCents").as("cents"))
        .whereRef("services.venueId", "=", "venues.id")
        .as("fromCents"),
      from
        .selectFrom("services")
        .select((service) => service.fn.max("offPeakPercent").as("percent"))
        .whereRef("services.venueId", "=", "venues.id")
        .as("offPeakPercent"),
    ])
    .orderBy("venues.rating", "desc")
    .orderBy("venues.name")
    .limit(MOST_RESULTS);
  if (search.city) query = query.where("venues.city", "=", search.city);
  const category = search.category;
  if (category) {
    query = query.where((venue) =>
      venue.exists(
        venue
          .selectFrom("services")
          .select("services.id")
          .whereRef("services.venueId", "=", "venues.id")
          .where("services.category", "=", category),
      ),
    );
  }
  for (const word of words(search.text)) {
    query = query.where(sql<boolean>`venues.search_text like ${pattern(word)} escape '!'`);
  }
  return query.execute();
}

export async function citiesWithVenues(database: Database): Promise<string[]> {
  const rows = await database.selectFrom("venues").select("city").distinct().orderBy("city").execute();
  return rows.map((row) => row.city);
}

function words(text = ""): string[] {
  return fold(text).split(/\s+/).filter(Boolean).slice(0, 8);
}

function pattern(word: string): string {
  return `%${word.replace(/[!%_]/g, "!$&")}%`;
}
