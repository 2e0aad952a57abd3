import assert from "node:assert/strict";
import { once } from "node:events";
import path from "node:path";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { book, type BookingOutcome } from "../../src/bookings/book.ts";
import { cancel } from "../../src/bookings/cancel.ts";
import type { Database } from "../../src/database/open-database.ts";
import { addAccounts, fill, massage, NOW, TODAY, venue } from "../support/fixtures.ts";
import type { ThreadWork } from "./book-in-thread.ts";
import type { NewDatabase } from "./both-databases.test.ts";
import { withDatabase } from "./open-url.ts";

const THREADS = 4;
const guests = Array.from({ length: THREADS * 20 }, (_, index) => `guest-${index}`);

export function bookingSuite(newDatabase: NewDatabase): void {
  describe("booking", () => {
    it("gives the last rooms to as many as there are rooms, of 80 who ask at once", async () => {
      const url = await newDatabase();
      await withDatabase(url, prepare);
      const outcomes = await bookInThreads(
        url,
        guests.map((accountId) => ({ accountId, service: massage.id, startMinute: 600 })),
      );
      assert.equal(outcomes.filter((outcome) => outcome.booked).length, venue.rooms);
      assert.equal(
        outcomes.filter((each) => !each.booked && each.reason === "taken").length,
        guests.length - venue.rooms,
      );
    });

    it("never lets two bookings of different lengths overlap in a room", async () => {
      const url = await newDatabase();
      await withDatabase(url, prepare);
      const outcomes = await bookInThreads(
        url,
        guests.map((accountId, index) => ({
          accountId,
          service: index % 2 === 0 ? "massage" : "sauna",
          startMinute: 540 + 30 * (index % 9),
        })),
      );
      await withDatabase(url, async (database) => {
        const bookings = await database.selectFrom("bookings").selectAll().orderBy("startMinute").execute();
        assert.equal(bookings.length, outcomes.filter((outcome) => outcome.booked).length);
        assert.ok(bookings.length >= venue.rooms * 2, `only ${bookings.length} bookings`);
        for (const room of new Set(bookings.map((booking) => booking.room))) {
          const inRoom = bookings.filter((booking) => booking.room === room);
          for (const [index, later] of inRoom.entries()) {
            const earlier = inRoom[index - 1];
            const freeFrom = earlier ? earlier.startMinute + earlier.durationMinutes : 0;
            assert.ok(later.startMinute >= freeFrom, `room ${room} is let twice at ${later.startMinute}`);
          }
        }
      });
    });

    it("books once when a form is sent twice at once", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await prepare(database);
        const outcomes = await Promise.all([
          bookAt(database, "guest-0", 600),
          bookAt(database, "guest-0", 600),
        ]);
        assert.deepEqual(outcomes.map((each) => (each.booked ? "booked" : each.reason)).sort(), [
          "booked",
          "same-time",
        ]);
      });
    });

    it("gives a cancelled room to the next guest, at once and only once", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await prepare(database);
        const first = await bookAt(database, "guest-0", 600);
        await bookAt(database, "guest-1", 600);
        assert.ok(first.booked);
        assert.deepEqual(await bookAt(database, "guest-2", 630), { booked: false, reason: "taken" });
        assert.equal(
          await cancel(database, { accountId: "guest-1", bookingId: first.id, now: NOW }),
          "not-found",
        );
        const twice = { accountId: "guest-0", bookingId: first.id, now: NOW };
        assert.deepEqual(
          [await cancel(database, twice), await cancel(database, twice)],
          ["cancelled", "cancelled"],
        );
        assert.ok((await bookAt(database, "guest-2", 630)).booked);
        assert.ok((await bookAt(database, "guest-0", 540)).booked);
      });
    });

    it("refuses times that nobody offers", async () => {
      await withDatabase(await newDatabase(), async (database) => {
        await prepare(database);
        const refused = { booked: false, reason: "not-offered" };
        for (const startMinute of [510, 545, 1050, 3_000, -30, Number.NaN]) {
          assert.deepEqual(await bookAt(database, "guest-0", startMinute), refused, `at ${startMinute}`);
        }
        for (const day of ["2026-03-10", "2026-03-25", "2026-99-99"]) {
          assert.deepEqual(await bookAt(database, "guest-0", 600, day), refused, `on ${day}`);
        }
      });
    });
  });
}

async function prepare(database: Database): Promise<void> {
  await fill(database);
  await addAccounts(database, guests);
}

function bookAt(
  database: Database,
  accountId: string,
  startMinute: number,
  day = TODAY,
): Promise<BookingOutcome> {
  return book(database, { accountId, venue, service: massage, day, startMinute, now: NOW });
}

/** Spreads the attempts over threads, so that SQLite too is asked by several connections at the same time. */
async function bookInThreads(url: string, attempts: ThreadWork["attempts"]): Promise<BookingOutcome[]> {
  const shares = Array.from({ length: THREADS }, (_, thread) =>
    attempts.filter((__, index) => index % THREADS === thread),
  );
  const results = shares.map(async (share) => {
    const workerData: ThreadWork = { url, attempts: share };
    const worker = new Worker(path.join(import.meta.dirname, "book-in-thread.ts"), { workerData });
    const [outcomes] = (await once(worker, "message")) as [BookingOutcome[]];
    await worker.terminate();
    return outcomes;
  });
  return (await Promise.all(results)).flat();
}
