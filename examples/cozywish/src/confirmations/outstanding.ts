import type { Database } from "../database/open-database.ts";

/** Longer than any confirmation takes: whoever has claimed one and is not done by then has died of it. */
const CLAIM_MS = 2 * 60_000;

/** Remembers, in the transaction that makes the booking, that it has yet to be confirmed. */
export async function addOutstanding(
  transaction: Database,
  { bookingId, now }: { bookingId: string; now: Date },
): Promise<void> {
  await transaction
    .insertInto("outstandingConfirmations")
    .values({ bookingId, createdAt: now.toISOString(), claimedUntil: null })
    .execute();
}

/** The bookings, oldest first, that have been waiting for their confirmation since that moment or longer. */
export async function outstandingSince(
  database: Database,
  moment: Date,
  { atMost }: { atMost: number },
): Promise<string[]> {
  const rows = await database
    .selectFrom("outstandingConfirmations")
    .select("bookingId")
    .where("createdAt", "<=", moment.toISOString())
    .orderBy("createdAt")
    .limit(atMost)
    .execute();
  return rows.map((row) => row.bookingId);
}

/** Where no queue decides who does a job, the first to claim it does. @returns whether that is us */
export async function claimOutstanding(database: Database, bookingId: string, now: Date): Promise<boolean> {
  const claimed = await database
    .updateTable("outstandingConfirmations")
    .set({ claimedUntil: new Date(now.getTime() + CLAIM_MS).toISOString() })
    .where("bookingId", "=", bookingId)
    .where((where) =>
      where.or([where("claimedUntil", "is", null), where("claimedUntil", "<=", now.toISOString())]),
    )
    .executeTakeFirst();
  return Number(claimed.numUpdatedRows) === 1;
}
