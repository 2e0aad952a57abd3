import type { ConfirmationWork } from "../confirmations/send-confirmation.ts";
import type { MemoryOrRedis } from "../settings/redis-url.ts";
import { memoryQueue } from "./memory-queue.ts";

/** Where bookings wait for their confirmation to be sent. */
export type ConfirmationQueue = {
  /** @throws where it can't be queued; the booking stays outstanding, and the next sweep puts it again */
  put: (bookingId: string) => Promise<void>;
  /** @throws where the queue can't be reached */
  prove: () => Promise<void>;
  close: () => Promise<void>;
};

/** In memory, this process does the jobs itself; in Redis, a worker does, and nothing of Redis is loaded yet. */
export async function openQueue(address: MemoryOrRedis, work: ConfirmationWork): Promise<ConfirmationQueue> {
  if (address.kind === "memory") return memoryQueue(work);
  const { redisQueue } = await import("./redis-queue.ts");
  return redisQueue(address.url, work.log);
}
