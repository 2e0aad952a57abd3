import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../database/open-database.ts";
import type { Log } from "../log/log.ts";
import type { Observers } from "../observability/observers.ts";

/** What the job needs, whoever does it. */
export type ConfirmationWork = {
  database: Database;
  log: Log;
  observers: Observers;
  now: () => Date;
  /** The instance that does it. */
  runBy: string;
  /** How long the sending takes. */
  takesMs: number;
};

export type SendOutcome = "sent" | "sent-before" | "not-needed";

/**
 * Confirms a booking: a row in `confirmations` stands for the mail. Done twice it is still one confirmation, since
 * the booking is that table's key; and every run leaves a row, so that one which was cut off can be seen.
 * @throws where it did not get done; it is outstanding still, and may be tried again
 */
export async function sendConfirmation(
  work: ConfirmationWork,
  job: { bookingId: string; attempt: number },
): Promise<SendOutcome> {
  const attributes = { "booking.id": job.bookingId, "job.attempt": job.attempt };
  return work.observers.span("job", { name: "send confirmation", attributes }, async () => {
    const runId = randomUUID();
    try {
      const run = {
        id: runId,
        ...job,
        runBy: work.runBy,
        startedAt: work.now().toISOString(),
        outcome: null,
      };
      await work.database.insertInto("confirmationRuns").values(run).execute();
      if (work.takesMs > 0) await sleep(work.takesMs);
      const outcome = await settle(work, { ...job, runId });
      work.log.info({ event: "confirmation", ...job, outcome });
      return outcome;
    } catch (error) {
      work.log.warn({ event: "confirmation.failed", ...job, error });
      work.observers.report(error, { job: "confirmation", bookingId: job.bookingId });
      throw error;
    }
  });
}

async function settle(
  { database, now, runBy }: ConfirmationWork,
  { bookingId, attempt, runId }: { bookingId: string; attempt: number; runId: string },
): Promise<SendOutcome> {
  return database.transaction().execute(async (transaction) => {
    const booking = await transaction
      .selectFrom("bookings")
      .innerJoin("accounts", "accounts.id", "bookings.accountId")
      .select(["accounts.email", "bookings.cancelledAt"])
      .where("bookings.id", "=", bookingId)
      .executeTakeFirst();
    let outcome: SendOutcome = "not-needed";
    if (booking && booking.cancelledAt === null) {
      const sentAt = now().toISOString();
      const added = await transaction
        .insertInto("confirmations")
        .values({ bookingId, recipient: booking.email, sentAt, sentBy: runBy, attempt })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      outcome = Number(added.numInsertedOrUpdatedRows) === 1 ? "sent" : "sent-before";
    }
    await transaction.deleteFrom("outstandingConfirmations").where("bookingId", "=", bookingId).execute();
    await transaction.updateTable("confirmationRuns").set({ outcome }).where("id", "=", runId).execute();
    return outcome;
  });
}
