import type { Database } from "../database/open-database.ts";
import type { Log } from "../log/log.ts";
import type { ConfirmationQueue } from "../queue/queue.ts";
import { outstandingSince } from "./outstanding.ts";

/** Younger ones are on their way. */
const GRACE_MS = 10_000;
const EVERY_MS = 60_000;
const MOST_AT_ONCE = 500;

export type Sweeping = { database: Database; queue: ConfirmationQueue; log: Log; now: () => Date };

/** Queues what is outstanding still: its process died, or the queue was gone. What is queued already stays once. */
export async function sweep({ database, queue, log, now }: Sweeping): Promise<number> {
  const since = new Date(now().getTime() - GRACE_MS);
  const bookings = await outstandingSince(database, since, { atMost: MOST_AT_ONCE });
  for (const bookingId of bookings) await queue.put(bookingId);
  if (bookings.length > 0) log.info({ event: "outbox.swept", queued: bookings.length });
  return bookings.length;
}

/** At once, and each minute from then on. @returns a function that ends it, once the sweep at hand is done */
export function keepSweeping(sweeping: Sweeping): () => Promise<void> {
  let current = Promise.resolve();
  const next = () => {
    current = current.then(() => trySweeping(sweeping));
  };
  next();
  const timer = setInterval(next, EVERY_MS);
  return () => {
    clearInterval(timer);
    return current;
  };
}

/** The next one may find both there again, the queue and the database. */
async function trySweeping(sweeping: Sweeping): Promise<void> {
  try {
    await sweep(sweeping);
  } catch (error) {
    sweeping.log.warn({ event: "outbox.sweep-failed", error });
  }
}
