import { sql, type Kysely } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("bookings")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("account_id", "text", (column) =>
      column.notNull().references("accounts.id").onDelete("cascade"),
    )
    .addColumn("service_id", "text", (column) => column.notNull().references("services.id"))
    .addColumn("venue_id", "text", (column) => column.notNull().references("venues.id"))
    .addColumn("room", "integer", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("start_minute", "integer", (column) => column.notNull())
    .addColumn("duration_minutes", "integer", (column) => column.notNull())
    .addColumn("price_cents", "integer", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("cancelled_at", "text")
    .execute();
  // A form that is sent twice books once: nobody is in two places at one time.
  await db.schema
    .createIndex("bookings_one_at_a_time")
    .unique()
    .on("bookings")
    .columns(["account_id", "day", "start_minute"])
    .where(sql.ref("cancelled_at"), "is", null)
    .execute();
  await db.schema
    .createTable("booked_units")
    .addColumn("venue_id", "text", (column) => column.notNull().references("venues.id"))
    .addColumn("room", "integer", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("unit", "integer", (column) => column.notNull())
    .addColumn("booking_id", "text", (column) =>
      column.notNull().references("bookings.id").onDelete("cascade"),
    )
    .addPrimaryKeyConstraint("booked_units_pk", ["venue_id", "day", "room", "unit"])
    .execute();
  await db.schema.createIndex("booked_units_by_booking").on("booked_units").column("booking_id").execute();
}
