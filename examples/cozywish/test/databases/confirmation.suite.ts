import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pino } from "pino";
import { book } from "../../src/bookings/book.ts";
import { cancel } from "../../src/bookings/cancel.ts";
import { claimOutstanding, outstandingSince } from "../../src/confirmations/outstanding.ts";
import { sendConfirmation, type ConfirmationWork } from "../../src/confirmations/send-confirmation.ts";
import { sweep } from "../../src/confirmations/sweep.ts";
import type { Database } from "../../src/database/open-database.ts";
import { nobody } from "../../src/observability/observers.ts";
import { memoryQueue } from "../../src/queue/memory-queue.ts";
import { addAccounts, fill, massage, NOW, TODAY, venue } from "../support/fixtures.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

const log = pino({ level: "silent" });
const inAMinute = new Date(NOW.getTime() + 60_000);

export function confirmationSuite(newDatabase: NewDatabase): void {
  describe("a confirmation", () => {
    it("is outstanding from the booking on until it is sent, and is sent once", async () => {
      await withBooking(newDatabase, async (database, bookingId) => {
        assert.deepEqual(await outstanding(database), [bookingId]);
        const work = workOf(database);
        const outcomes = [
          await sendConfirmation(work, { bookingId, attempt: 1 }),
          await sendConfirmation(work, { bookingId, attempt: 2 }),
        ];
        assert.deepEqual(outcomes, ["sent", "sent-before"]);
        assert.deepEqual(await outstanding(database), []);
        assert.deepEqual(await database.selectFrom("confirmations").selectAll().execute(), [
          {
            bookingId,
            recipient: "ada@example.com",
            sentAt: inAMinute.toISOString(),
            sentBy: "tester",
            attempt: 1,
          },
        ]);
      });
    });

    it("is sent once by several who are at it at the same time, and each run can be seen", async () => {
      await withBooking(newDatabase, async (database, bookingId) => {
        const work = workOf(database);
        const attempts = [1, 2, 3, 4];
        const outcomes = await Promise.all(
          attempts.map((attempt) => sendConfirmation(work, { bookingId, attempt })),
        );
        assert.deepEqual(outcomes.sort(), ["sent", "sent-before", "sent-before", "sent-before"]);
        const runs = await database
          .selectFrom("confirmationRuns")
          .select(["attempt", "runBy", "outcome"])
          .orderBy("attempt")
          .execute();
        assert.deepEqual(
          runs.map((run) => run.attempt),
          attempts,
        );
        assert.deepEqual(runs.map((run) => String(run.outcome)).sort(), outcomes);
        assert.ok(runs.every((run) => run.runBy === "tester"));
      });
    });

    it("isn't needed any more for a booking that was cancelled meanwhile", async () => {
      await withBooking(newDatabase, async (database, bookingId) => {
        await cancel(database, { accountId: "ada", bookingId, now: NOW });
        assert.equal(await sendConfirmation(workOf(database), { bookingId, attempt: 1 }), "not-needed");
        assert.deepEqual(await database.selectFrom("confirmations").selectAll().execute(), []);
        assert.deepEqual(await outstanding(database), []);
      });
    });

    it("can be claimed by one only, until whoever did is taken for dead", async () => {
      await withBooking(newDatabase, async (database, bookingId) => {
        const claims = await Promise.all([1, 2, 3].map(() => claimOutstanding(database, bookingId, NOW)));
        assert.equal(claims.filter(Boolean).length, 1);
        assert.equal(await claimOutstanding(database, bookingId, inAMinute), false);
        assert.equal(await claimOutstanding(database, bookingId, new Date(NOW.getTime() + 120_000)), true);
      });
    });

    it("is swept up when it was left lying, by two at once too, and leaves those alone that are on their way", async () => {
      await withBooking(newDatabase, async (database, bookingId) => {
        const queue = memoryQueue(workOf(database));
        const soon = { database, queue, log, now: () => new Date(NOW.getTime() + 5_000) };
        assert.equal(await sweep(soon), 0);
        const other = memoryQueue(workOf(database));
        const late = { database, log, now: () => inAMinute };
        const swept = await Promise.all([sweep({ ...late, queue }), sweep({ ...late, queue: other })]);
        // One of them may come when the other is done already.
        assert.equal(Math.max(...swept), 1);
        await Promise.all([queue.close(), other.close()]);
        const runs = await database.selectFrom("confirmationRuns").select(["bookingId", "outcome"]).execute();
        assert.deepEqual(runs, [{ bookingId, outcome: "sent" }]);
      });
    });
  });
}

async function withBooking(
  newDatabase: NewDatabase,
  work: (database: Database, bookingId: string) => Promise<void>,
): Promise<void> {
  await withDatabase(await newDatabase(), async (database) => {
    await fill(database);
    await addAccounts(database, ["ada"]);
    const request = { accountId: "ada", venue, service: massage, day: TODAY, startMinute: 600, now: NOW };
    const booked = await book(database, request);
    assert.ok(booked.booked);
    await work(database, booked.id);
  });
}

function workOf(database: Database): ConfirmationWork {
  return { database, log, observers: nobody, now: () => inAMinute, runBy: "tester", takesMs: 0 };
}

function outstanding(database: Database): Promise<string[]> {
  return outstandingSince(database, inAMinute, { atMost: 10 });
}
