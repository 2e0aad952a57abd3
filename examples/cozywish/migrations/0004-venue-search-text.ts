import type { Kysely } from "kysely";

type Before = {
  venues: { id: string; name: string; city: string; description: string };
  services: { venue_id: string; name: string; category: string };
};
type After = Before & { venues: { search_text: string } };

/** Adds the text that a search looks in, and fills it for the venues that are there already. */
export async function up(db: Kysely<Before>): Promise<void> {
  await db.schema
    .alterTable("venues")
    // The default lets the release before this one go on adding venues.
    .addColumn("search_text", "text", (column) => column.notNull().defaultTo(""))
    .execute();
  const services = await db.selectFrom("services").select(["venue_id", "name", "category"]).execute();
  for (const venue of await db.selectFrom("venues").select(["id", "name", "city", "description"]).execute()) {
    const offered = services.filter((service) => service.venue_id === venue.id);
    const words = [
      venue.name,
      venue.city,
      venue.description,
      ...offered.flatMap((s) => [s.name, s.category]),
    ];
    await (db as unknown as Kysely<After>)
      .updateTable("venues")
      .set({ search_text: fold(words.join(" ")) })
      .where("id", "=", venue.id)
      .execute();
  }
}

/** A copy on purpose: a migration does the same for ever, whatever becomes of src/venues/search-text.ts. */
function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
