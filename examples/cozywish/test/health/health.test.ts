import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, describe, it } from "node:test";
import { sql } from "kysely";
import { openDatabase } from "../../src/database/open-database.ts";
import { knownMigrations } from "../../src/database/migrations.ts";
import { openMedia } from "../../src/storage/media.ts";
import { startServer } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite } from "../support/test-site.ts";

type Readiness = {
  status: string;
  release: string | null;
  checks: Record<string, { status: string; fault?: string }>;
};

const fine = { status: "ok" };

/** All checks, fine but for those given. */
function checks(but: Record<string, unknown> = {}) {
  return { database: fine, storage: fine, cache: fine, sessions: fine, queue: fine, ...but };
}

async function readiness(url: string): Promise<{ code: number; body: Readiness }> {
  const answer = await fetch(`${url}/readyz`);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  return { code: answer.status, body: (await answer.json()) as Readiness };
}

describe("readiness", () => {
  it("is there with database, cache and storage, and names the release", async () => {
    const { url } = await startSite();
    assert.deepEqual(await readiness(url), {
      code: 200,
      body: {
        status: "ok",
        release: "20260311-abc1234",
        checks: checks(),
      },
    });
  });

  it("waits for the migrations, and names the ones that are missing", async () => {
    const known = await knownMigrations();
    const empty = await openDatabase({ kind: "sqlite", file: path.join(await tempFolder(), "empty.sqlite") });
    after(() => empty.destroy());
    const fresh = await startSite(() => ({ database: empty }));
    const behind = await startSite();
    await sql`delete from kysely_migration where name = ${known.at(-1)}`.execute(behind.database);

    for (const [site, missing] of [
      [fresh, known],
      [behind, known.slice(-1)],
    ] as const) {
      const { code, body } = await readiness(site.url);
      assert.deepEqual([code, body.status], [503, "fault"]);
      const fault = `not migrated, missing: ${missing.join(", ")}`;
      assert.deepEqual(body.checks, checks({ database: { status: "fault", fault } }));
      assert.ok(
        site.log().some((line) => line["event"] === "readiness.fault" && line["check"] === "database"),
      );
    }
  });

  it("stays when the database is ahead of the code", async () => {
    const site = await startSite();
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(
      site.database,
    );
    assert.equal((await readiness(site.url)).code, 200);
  });

  it("is gone while pictures can't be written, and comes back by itself", async () => {
    // A file where a folder should be stops root too.
    const file = path.join(await tempFolder(), "file");
    await writeFile(file, "");
    const media = openMedia({ kind: "disk", folder: path.join(file, "media") });
    const site = await startSite(() => ({ media }));
    const { code, body } = await readiness(site.url);
    assert.equal(code, 503);
    assert.deepEqual(body.checks, checks({ storage: { status: "fault", fault: "not reachable" } }));
    await rm(file);
    assert.equal((await readiness(site.url)).code, 200);
  });
});

describe("a server whose database is down", () => {
  it("starts, is alive, isn't ready, and tells nobody where the database is", async () => {
    const folder = await tempFolder();
    const server = await startServer({
      PORT: "0",
      // Nothing listens on port 1.
      DATABASE_URL: "postgres://user:hunter2@127.0.0.1:1/name",
      MEDIA_URL: `file://${folder}/media`,
      COZY_RELEASE: "one",
    });
    const alive = await fetch(`${server.address}/healthz`);
    assert.equal(alive.status, 200);
    assert.deepEqual(await alive.json(), { status: "ok", release: "one" });
    const { code, body } = await readiness(server.address);
    assert.equal(code, 503);
    assert.deepEqual(body.checks["database"], { status: "fault", fault: "not reachable" });
    assert.doesNotMatch(server.output(), /hunter2/);
  });
});
