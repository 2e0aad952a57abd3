import type { JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { Log } from "../log/log.ts";
import { PREFIX, QUEUE, type JobData } from "./names.ts";
import type { ConfirmationQueue } from "./queue.ts";

const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The booking is the job's id: while BullMQ remembers the job, done or not, putting it again does nothing. So it is
 * remembered for an hour when done; and forgotten when it has failed for good, so that the sweep can put it again.
 */
const jobOptions: JobsOptions = {
  attempts: 5,
  backoff: { type: "exponential", delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 10_000 },
  removeOnFail: true,
};

type Connected = { redis: Redis; queue: Queue<JobData> };

/** Loaded and connected by its first use, which is the first question for readiness: no start waits for it. */
export function redisQueue(url: string, log: Log): ConfirmationQueue {
  let connected: Promise<Connected> | undefined;
  const connect = async (): Promise<Connected> => {
    connected ??= connectQueue(url, log);
    try {
      return await connected;
    } catch (error) {
      connected = undefined;
      throw error;
    }
  };
  return {
    put: async (bookingId) => {
      const { queue } = await connect();
      await queue.add("confirmation", { bookingId }, { ...jobOptions, jobId: bookingId });
    },
    prove: async () => {
      const { redis } = await connect();
      await redis.ping();
    },
    close: async () => {
      const open = await connected?.catch(() => undefined);
      if (!open) return;
      const timeout = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
      const timedOut = new Promise<void>((resolve) => timeout.addEventListener("abort", () => resolve()));
      await Promise.race([open.queue.close().catch(() => {}), timedOut]);
      open.redis.disconnect();
    },
  };
}

async function connectQueue(url: string, log: Log): Promise<Connected> {
  const [{ Queue }, { connectRedis }] = await Promise.all([
    import("bullmq"),
    import("../redis/connect-redis.ts"),
  ]);
  const redis = await connectRedis(url, "queue", log);
  // BullMQ would wait here for as long as Redis is gone.
  if (redis.status !== "ready") {
    redis.disconnect();
    throw new Error("the queue's Redis can't be reached");
  }
  const queue = new Queue<JobData>(QUEUE, { connection: redis, prefix: PREFIX, skipVersionCheck: true });
  queue.on("error", () => {});
  try {
    await queue.waitUntilReady();
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return { redis, queue };
}
