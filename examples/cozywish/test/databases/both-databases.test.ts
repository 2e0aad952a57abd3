import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { after, before, describe } from "node:test";
import { findPostgres, startPostgres, type PostgresServer } from "../support/postgres-server.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { bookingSuite } from "./booking.suite.ts";
import { checkSuite } from "./check.suite.ts";
import { confirmationSuite } from "./confirmation.suite.ts";
import { holdSuite } from "./hold.suite.ts";
import { migrationSuite } from "./migration.suite.ts";
import { seedSuite } from "./seed.suite.ts";

/** Gives each test an empty database of its own. */
export type NewDatabase = () => Promise<string>;

function allSuites(newDatabase: NewDatabase): void {
  migrationSuite(newDatabase);
  bookingSuite(newDatabase);
  holdSuite(newDatabase);
  confirmationSuite(newDatabase);
  checkSuite(newDatabase);
  seedSuite(newDatabase);
}

describe("on SQLite", () => {
  allSuites(async () => `sqlite:///${path.join(await tempFolder(), `${randomUUID()}.sqlite`)}`);
});

const binaries = findPostgres();
// Where everything is meant to be checked, a missing PostgreSQL must not look like a passing test.
const skip =
  !binaries && !process.env["CI"] && "no PostgreSQL in /usr/lib/postgresql: left out here, a failure in CI";

describe("on PostgreSQL", { skip }, () => {
  let server: PostgresServer | undefined;
  before(async () => {
    if (!binaries) throw new Error("PostgreSQL is not installed: nothing in /usr/lib/postgresql/*/bin");
    server = await startPostgres(binaries);
  });
  after(() => server?.stop());
  allSuites(async () => {
    assert.ok(server);
    return server.createDatabase();
  });
});
