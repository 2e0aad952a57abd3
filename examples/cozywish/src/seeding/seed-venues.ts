import type { Database } from "../database/open-database.ts";
import type { Media } from "../storage/media.ts";
import { fold, searchText } from "../venues/search-text.ts";
import { drawPicture, sceneDescriptions } from "./artwork/draw.ts";
import { seedServices } from "./services.ts";
import { seedVenues, timeZones, type SeedVenue } from "./venues.ts";

export type Seeded = { venues: number; services: number; pictures: number };

/** Adds the venues that aren't there yet, each with its services and pictures, and counts what was new. */
export async function addVenues(database: Database, media: Media): Promise<Seeded> {
  const seeded: Seeded = { venues: 0, services: 0, pictures: 0 };
  for (const venue of seedVenues) {
    const id = slug(venue.name);
    seeded.venues += await addVenue(database, id, venue);
    seeded.services += await addServices(database, id, venue);
    seeded.pictures += await addPictures(database, media, id, venue);
  }
  return seeded;
}

async function addVenue(database: Database, id: string, venue: SeedVenue): Promise<number> {
  const { open, palette: _palette, scenes: _scenes, ...columns } = venue;
  const added = await database
    .insertInto("venues")
    .values({
      id,
      ...columns,
      timeZone: timeZones[venue.city] ?? "UTC",
      opensAt: open[0] * 60,
      closesAt: open[1] * 60,
      searchText: searchText(venue, seedServices[venue.name] ?? []),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(added.numInsertedOrUpdatedRows);
}

async function addServices(database: Database, venueId: string, venue: SeedVenue): Promise<number> {
  const services = seedServices[venue.name] ?? [];
  const added = await database
    .insertInto("services")
    .values(
      services.map(({ name, category, about, minutes, euros, offPeak }) => ({
        id: `${venueId}-${slug(name)}`,
        venueId,
        name,
        category,
        description: about,
        durationMinutes: minutes,
        priceCents: euros * 100,
        offPeakPercent: offPeak?.[0] ?? null,
        offPeakFrom: offPeak ? offPeak[1] * 60 : null,
        offPeakUntil: offPeak ? offPeak[2] * 60 : null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(added.numInsertedOrUpdatedRows);
}

async function addPictures(
  database: Database,
  media: Media,
  venueId: string,
  venue: SeedVenue,
): Promise<number> {
  let drawn = 0;
  for (const [position, scene] of venue.scenes.entries()) {
    const file = `venues/${venueId}-${position + 1}.svg`;
    if (!(await media.has(file))) {
      await media.save(file, drawPicture(scene, venue.palette, venueId));
      drawn += 1;
    }
    await database
      .insertInto("pictures")
      .values({ venueId, position, file, description: `${sceneDescriptions[scene]}, drawn` })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return drawn;
}

/** `Moss & Ember` becomes `moss-ember`. */
function slug(name: string): string {
  return fold(name)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
