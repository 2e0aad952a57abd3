import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, it } from "node:test";
import { checkCredentials } from "../../src/accounts/accounts.ts";
import { migrateToLatest } from "../../src/database/migrate-to-latest.ts";
import type { Database } from "../../src/database/open-database.ts";
import { addDemoAccount, DEMO_EMAIL } from "../../src/seeding/seed-demo-account.ts";
import { addVenues } from "../../src/seeding/seed-venues.ts";
import { openMedia } from "../../src/storage/media.ts";
import { searchVenues } from "../../src/venues/search-venues.ts";
import { NOW } from "../support/fixtures.ts";
import { tempFolder } from "../support/temp-folder.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

export function seedSuite(newDatabase: NewDatabase): void {
  describe("the seed", () => {
    it("fills an empty database, and changes nothing the second time", async () => {
      const folder = await tempFolder();
      const media = openMedia({ kind: "disk", folder });
      await withDatabase(await newDatabase(), async (database) => {
        await migrateToLatest(database);
        const counts = await addVenues(database, media);
        const password = await addDemoAccount(database, { production: false, now: NOW });
        const before = await everything(database, folder);
        assert.deepEqual(counts, { venues: 12, services: 50, pictures: 36 });
        assert.ok(password);
        assert.ok((await checkCredentials(database, { email: DEMO_EMAIL, password })).right);
        assert.deepEqual(await database.selectFrom("outstandingConfirmations").selectAll().execute(), []);

        const later = new Date(NOW.getTime() + 5 * 86_400_000);
        assert.deepEqual(await addVenues(database, media), { venues: 0, services: 0, pictures: 0 });
        assert.equal(await addDemoAccount(database, { production: false, now: later }), undefined);
        assert.deepEqual(await everything(database, folder), before);
      });
    });

    it("is found by a search over text, city and kind", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await migrateToLatest(database);
        await addVenues(database, openMedia({ kind: "disk", folder: await tempFolder() }));
        const names = async (search: Parameters<typeof searchVenues>[1]) =>
          (await searchVenues(database, search)).map((venue) => venue.name);
        assert.equal((await names({})).length, 12);
        assert.deepEqual(await names({ text: "FERNS garden" }), ["Moss & Ember"]);
        assert.deepEqual(await names({ city: "Vienna", category: "sauna" }), ["Kaiser Thermal"]);
        assert.deepEqual(await names({ text: "100%" }), []);
        assert.deepEqual(await names({ text: "' or 1=1 --" }), []);
      });
    });
  });
}

async function everything(database: Database, media: string): Promise<unknown> {
  const files = (await readdir(path.join(media, "venues"))).sort();
  return {
    venues: await database.selectFrom("venues").selectAll().orderBy("id").execute(),
    services: await database.selectFrom("services").selectAll().orderBy("id").execute(),
    pictures: await database.selectFrom("pictures").selectAll().orderBy("file").execute(),
    accounts: await database.selectFrom("accounts").selectAll().orderBy("id").execute(),
    bookings: await database.selectFrom("bookings").selectAll().orderBy("id").execute(),
    files: await Promise.all(files.map((file) => readFile(path.join(media, "venues", file), "utf8"))),
  };
}
