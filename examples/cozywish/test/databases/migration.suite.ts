import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sql } from "kysely";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import { appliedMigrations, knownMigrations } from "../../src/database/migrations.ts";
import * as venueSearchText from "../../migrations/0004-venue-search-text.ts";
import { searchVenues } from "../../src/venues/search-venues.ts";
import { fill } from "../support/fixtures.ts";
import { run } from "../support/server-process.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

export function migrationSuite(newDatabase: NewDatabase): void {
  describe("migrations", () => {
    it("are applied once, and a second run changes nothing", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        const first = await migrateToLatest(database);
        const second = await migrateToLatest(database);
        assert.deepEqual(first, { applied: await knownMigrations(), ahead: [] });
        assert.deepEqual(second, { applied: [], ahead: [] });
      });
    });

    it("survive two programs that migrate at the same time", async () => {
      const environment = { DATABASE_URL: await newDatabase() };
      const programs = [run("migrate.ts", environment), run("migrate.ts", environment)];
      const codes = await Promise.all(programs.map((program) => program.ended));
      assert.deepEqual(codes, [0, 0], programs.map((program) => program.output()).join("\n"));
      const applied = await withDatabase(environment.DATABASE_URL, appliedMigrations);
      assert.deepEqual(applied, await knownMigrations());
    });

    it("leave a database alone that newer code has migrated", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await migrateToLatest(database);
        await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(database);
        assert.deepEqual(await migrateToLatest(database), { applied: [], ahead: ["9999-later"] });
      });
    });

    it("fill the search text of venues that were there before", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await fill(database);
        await database.schema.alterTable("venues").dropColumn("searchText").execute();
        await venueSearchText.up(database.withoutPlugins() as never);
        const found = await searchVenues(database, { text: "KOLN sauna" });
        assert.deepEqual(
          found.map((each) => each.id),
          ["quiet-house"],
        );
      });
    });
  });
}
