import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { sendConfirmation, type ConfirmationWork } from "../confirmations/send-confirmation.ts";
import { tellOfOutages } from "../redis/tell-of-outages.ts";
import type { Drain } from "../serving/drain.ts";
import { PREFIX, QUEUE, type JobData } from "./names.ts";

const CONCURRENCY = 4;
/** How long the end of a job may take to be written down; what isn't is done again, which changes nothing. */
const FAREWELL_TIMEOUT_MS = 3_000;

/** Takes jobs from Redis and does them. Resolves once Redis is there. */
export async function takeJobs(url: string, work: ConfirmationWork): Promise<Drain> {
  let active = 0;
  let idle = Promise.withResolvers<void>();
  idle.resolve();
  const connection = new Redis(url, {
    connectionName: "cozywish-worker",
    // A worker has nobody waiting for it, so it waits for Redis.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  const worker = new Worker<JobData>(
    QUEUE,
    async (job) => {
      if (active === 0) idle = Promise.withResolvers();
      active += 1;
      try {
        await sendConfirmation(work, { bookingId: job.data.bookingId, attempt: job.attemptsMade + 1 });
      } finally {
        active -= 1;
        if (active === 0) idle.resolve();
      }
    },
    { connection, prefix: PREFIX, concurrency: CONCURRENCY, name: work.runBy, skipVersionCheck: true },
  );
  tellOfOutages(connection, "worker", work.log);
  // Without a listener an outage would end the process; it has been told of above.
  worker.on("error", () => {});
  await worker.waitUntilReady();
  return {
    inFlight: () => active,
    stop: async () => {
      const closed = worker.close().then(
        () => true,
        () => true,
      );
      // A job may have been on its way to us when we were told to stop: it is done like the others.
      for (;;) {
        await idle.promise;
        const hasLeft = await Promise.race([closed, sleep(FAREWELL_TIMEOUT_MS, false)]);
        if (hasLeft || active === 0) break;
      }
      connection.disconnect();
    },
  };
}
