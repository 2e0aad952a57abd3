import type { Kysely } from "kysely";

/**
 * Only adds tables, so the release before this one goes on reading and writing as it did. It knows nothing of
 * holds and may book a room that somebody holds: whoever confirms that hold is then told that the room is gone.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("holds")
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
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("expires_at", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("holds_by_account").on("holds").column("account_id").execute();
  await db.schema.createIndex("holds_by_expiry").on("holds").column("expires_at").execute();
  await db.schema
    .createTable("held_units")
    .addColumn("venue_id", "text", (column) => column.notNull().references("venues.id"))
    .addColumn("room", "integer", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("unit", "integer", (column) => column.notNull())
    .addColumn("hold_id", "text", (column) => column.notNull().references("holds.id").onDelete("cascade"))
    .addColumn("expires_at", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("held_units_pk", ["venue_id", "day", "room", "unit"])
    .execute();
  await db.schema.createIndex("held_units_by_hold").on("held_units").column("hold_id").execute();

  await db.schema
    .createTable("outstanding_confirmations")
    .addColumn("booking_id", "text", (column) =>
      column.primaryKey().references("bookings.id").onDelete("cascade"),
    )
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("claimed_until", "text")
    .execute();
  await db.schema
    .createTable("confirmations")
    .addColumn("booking_id", "text", (column) =>
      column.primaryKey().references("bookings.id").onDelete("cascade"),
    )
    .addColumn("recipient", "text", (column) => column.notNull())
    .addColumn("sent_at", "text", (column) => column.notNull())
    .addColumn("sent_by", "text", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("confirmation_runs")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("booking_id", "text", (column) =>
      column.notNull().references("bookings.id").onDelete("cascade"),
    )
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("run_by", "text", (column) => column.notNull())
    .addColumn("started_at", "text", (column) => column.notNull())
    .addColumn("outcome", "text")
    .execute();
  await db.schema
    .createIndex("confirmation_runs_by_booking")
    .on("confirmation_runs")
    .column("booking_id")
    .execute();
}
