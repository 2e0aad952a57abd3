import type { Log } from "../log/log.ts";
import type { ConfirmationQueue } from "./queue.ts";

export type LateQueue = {
  /** Returns at once: nobody's answer waits for the queue. What can't be queued is left to the next sweep. */
  putLater: (bookingId: string) => void;
  /** Resolves when all that was put has been, one way or the other. */
  settled: () => Promise<void>;
};

export function puttingLater(queue: ConfirmationQueue, log: Log): LateQueue {
  const underWay = new Set<Promise<void>>();
  return {
    putLater: (bookingId) => {
      const put = queue
        .put(bookingId)
        .catch((error: unknown) => log.warn({ event: "queue.put-failed", bookingId, error }))
        .finally(() => underWay.delete(put));
      underWay.add(put);
    },
    settled: async () => void (await Promise.all(underWay)),
  };
}
