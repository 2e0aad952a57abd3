import { parentPort, workerData } from "node:worker_threads";
import { book } from "../../src/bookings/book.ts";
import { massage, NOW, sauna, TODAY, venue } from "../support/fixtures.ts";
import { withDatabase } from "./open-url.ts";

export type ThreadWork = {
  url: string;
  attempts: { accountId: string; service: string; startMinute: number }[];
};

/** Makes all its attempts at once, on connections of its own: one of several threads at the same database. */
const { url, attempts } = workerData as ThreadWork;
const outcomes = await withDatabase(url, (database) =>
  Promise.all(
    attempts.map(({ accountId, service, startMinute }) =>
      book(database, {
        accountId,
        venue,
        service: service === sauna.id ? sauna : massage,
        day: TODAY,
        startMinute,
        now: NOW,
      }),
    ),
  ),
);
parentPort?.postMessage(outcomes);
