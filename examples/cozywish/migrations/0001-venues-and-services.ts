import type { Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("venues")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("city", "text", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("description", "text", (column) => column.notNull())
    .addColumn("time_zone", "text", (column) => column.notNull())
    .addColumn("opens_at", "integer", (column) => column.notNull())
    .addColumn("closes_at", "integer", (column) => column.notNull())
    .addColumn("rooms", "integer", (column) => column.notNull())
    .addColumn("rating", "double precision", (column) => column.notNull())
    .addColumn("review_count", "integer", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("pictures")
    .addColumn("venue_id", "text", (column) => column.notNull().references("venues.id").onDelete("cascade"))
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("file", "text", (column) => column.notNull())
    .addColumn("description", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("pictures_pk", ["venue_id", "position"])
    .execute();
  await db.schema
    .createTable("services")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("venue_id", "text", (column) => column.notNull().references("venues.id").onDelete("cascade"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("category", "text", (column) => column.notNull())
    .addColumn("description", "text", (column) => column.notNull())
    .addColumn("duration_minutes", "integer", (column) => column.notNull())
    .addColumn("price_cents", "integer", (column) => column.notNull())
    .addColumn("off_peak_percent", "integer")
    .addColumn("off_peak_from", "integer")
    .addColumn("off_peak_until", "integer")
    .execute();
  await db.schema.createIndex("services_by_venue").on("services").columns(["venue_id", "category"]).execute();
}
