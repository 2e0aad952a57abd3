import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { book } from "../../src/bookings/book.ts";
import type { Database } from "../../src/database/open-database.ts";
import { withDatabase } from "../databases/open-url.ts";
import { ada, Browser, signUp } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { addAccounts, fill, massage, NOW, TODAY, venue } from "../support/fixtures.ts";
import { run, until, type Program } from "../support/server-process.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { startSite, type TestSite } from "../support/test-site.ts";
import { describeWithRedis } from "../support/with-redis.ts";

/** Starts a worker at the site's database, and waits until it is at work. */
async function startWorker(url: string, environment: Record<string, string> = {}): Promise<Program> {
  const worker = run("worker.ts", { DATABASE_URL: url, COZY_INSTANCE: "worker-1", ...environment });
  await until(() => /"event":"worker.ready"/.exec(worker.output())?.[0], worker);
  return worker;
}

/** As many bookings as rooms and hours allow, each as a guest makes it. @returns how long the slowest took */
async function bookThrough(site: TestSite, day: string, count: number): Promise<number> {
  const browser = new Browser(site.url);
  await signUp(browser, { ...ada, email: `guest-${day}-${Math.random()}@example.com` });
  let slowestMs = 0;
  for (let index = 0; index < count; index += 1) {
    const start = String(540 + 60 * index);
    await browser.get(`/venues/quiet-house/services/massage/book?day=${day}&start=${start}`);
    const startedAt = performance.now();
    const answer = await browser.post("/venues/quiet-house/services/massage/book", { day, start });
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    assert.equal(answer.status, 303, browser.text);
  }
  return slowestMs;
}

async function bookings(database: Database): Promise<string[]> {
  const rows = await database.selectFrom("bookings").select("id").orderBy("id").execute();
  return rows.map((row) => row.id);
}

/** Waits until each booking has its confirmation. @returns every run, by booking */
async function allConfirmed(database: Database) {
  const booked = await bookings(database);
  return eventually(async () => {
    const sent = await database
      .selectFrom("confirmations")
      .select("bookingId")
      .orderBy("bookingId")
      .execute();
    assert.deepEqual(
      sent.map((row) => row.bookingId),
      booked,
    );
    assert.deepEqual(await database.selectFrom("outstandingConfirmations").selectAll().execute(), []);
    return database
      .selectFrom("confirmationRuns")
      .select(["bookingId", "outcome", "runBy"])
      .orderBy("bookingId")
      .execute();
  });
}

describe("confirmations without a queue", () => {
  it("are sent by the web process itself, once each, while a worker has nothing to do", async () => {
    const site = await startSite();
    const worker = await startWorker(site.databaseUrl, { LOG_LEVEL: "silent" });
    assert.match(worker.output(), /"queue":"memory","does":"sweeps only/);
    await bookThrough(site, "2026-03-12", 4);
    const runs = await allConfirmed(site.database);
    assert.deepEqual(
      runs.map((each) => each.outcome),
      ["sent", "sent", "sent", "sent"],
    );
    worker.child.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
  });

  it("that a process has left lying are sent by the next one", async () => {
    const url = `sqlite:///${path.join(await tempFolder(), "left.sqlite")}`;
    await withDatabase(url, async (database) => {
      await fill(database);
      await addAccounts(database, ["ada"]);
      const request = { accountId: "ada", venue, service: massage, day: TODAY, startMinute: 600, now: NOW };
      assert.ok((await book(database, request)).booked);
      await startWorker(url);
      const runs = await allConfirmed(database);
      assert.deepEqual(
        runs.map(({ outcome, runBy }) => ({ outcome, runBy })),
        [{ outcome: "sent", runBy: "worker-1" }],
      );
    });
  });
});

describeWithRedis("confirmations in a queue", (redis) => {
  const queue = () => ({ QUEUE_URL: redis().url(2) });

  it("are sent by a worker, once each", async () => {
    const site = await startSite(() => ({}), queue());
    await startWorker(site.databaseUrl, queue());
    await bookThrough(site, "2026-03-12", 6);
    const runs = await allConfirmed(site.database);
    assert.deepEqual(
      runs.map(({ outcome, runBy }) => `${outcome} by ${runBy}`),
      Array(6).fill("sent by worker-1"),
    );
  });

  it("are finished by a worker that is told to stop, which takes no new one and ends with 0", async () => {
    const site = await startSite(() => ({}), queue());
    const worker = await startWorker(site.databaseUrl, { ...queue(), CONFIRMATION_MS: "1500" });
    await bookThrough(site, "2026-03-12", 7);
    const begun = await eventually(async () => {
      const runs = await site.database.selectFrom("confirmationRuns").select("outcome").execute();
      assert.ok(runs.length >= 4);
      return runs.length;
    });
    assert.equal(begun, 4);
    worker.child.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
    assert.match(worker.output(), /"event":"stopping","signal":"SIGTERM","inFlight":4/);
    const done = await site.database.selectFrom("confirmationRuns").select("outcome").execute();
    assert.deepEqual(
      done.map((each) => each.outcome),
      ["sent", "sent", "sent", "sent"],
    );

    await startWorker(site.databaseUrl, { ...queue(), COZY_INSTANCE: "worker-2" });
    const runs = await allConfirmed(site.database);
    assert.deepEqual(runs.map((each) => each.runBy).sort(), [
      ...Array(4).fill("worker-1"),
      ...Array(3).fill("worker-2"),
    ]);
    assert.ok(runs.every((each) => each.outcome === "sent"));
  });

  it("are sent once each, none lost, although Redis is gone for a while", async () => {
    const site = await startSite(() => ({}), queue());
    const worker = await startWorker(site.databaseUrl, queue());
    await bookThrough(site, "2026-03-12", 2);
    await allConfirmed(site.database);

    await redis().kill();
    const slowestMs = await bookThrough(site, "2026-03-13", 4);
    assert.ok(slowestMs < 1_000, `a guest waited ${slowestMs} ms for a queue that was gone`);
    for (const page of ["/", "/venues", "/readyz"]) assert.equal((await fetch(site.url + page)).status, 200);
    assert.equal(
      (await site.database.selectFrom("outstandingConfirmations").selectAll().execute()).length,
      4,
    );
    await redis().start();
    await bookThrough(site, "2026-03-16", 2);

    // The worker at hand sweeps within the minute; another one does at its start.
    await startWorker(site.databaseUrl, { ...queue(), COZY_INSTANCE: "worker-2" });
    const runs = await allConfirmed(site.database);
    assert.equal(runs.length, 8);
    assert.ok(runs.every((each) => each.outcome === "sent"));
    assert.equal(worker.child.exitCode, null);
    assert.match(worker.output(), /"event":"redis.gone"[^]*"event":"redis.back"/);
    worker.child.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
  });

  it("don't keep a worker from stopping while Redis is gone", async () => {
    const site = await startSite();
    const worker = await startWorker(site.databaseUrl, queue());
    await redis().kill();
    await until(() => /"event":"redis.gone"/.exec(worker.output())?.[0], worker);
    worker.child.kill("SIGTERM");
    assert.equal(await worker.ended, 0);
    await redis().start();
  });
});
