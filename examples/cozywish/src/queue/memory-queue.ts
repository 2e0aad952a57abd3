import { claimOutstanding } from "../confirmations/outstanding.ts";
import { sendConfirmation, type ConfirmationWork } from "../confirmations/send-confirmation.ts";
import type { ConfirmationQueue } from "./queue.ts";

/**
 * No queue at all: the process does each job itself, one after the other, right after it has been asked to. Several
 * processes at one database may sweep up the same job, so it is claimed first.
 */
export function memoryQueue(work: ConfirmationWork): ConfirmationQueue {
  let last = Promise.resolve();
  const run = async (bookingId: string) => {
    if (!(await claimOutstanding(work.database, bookingId, work.now()))) return;
    await sendConfirmation(work, { bookingId, attempt: 1 });
  };
  return {
    put: async (bookingId) => {
      // A failure has been logged; the job is outstanding still.
      last = last.then(() => run(bookingId)).catch(() => {});
    },
    prove: async () => {},
    close: () => last,
  };
}
