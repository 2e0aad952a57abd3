import { createHash } from "node:crypto";
import type { Database } from "../database/open-database.ts";
import type { Account } from "./accounts.ts";

export const SESSION_DAYS = 30;

/** Remembers that whoever holds the token is signed in. Sessions that have run out are cleared on the way. */
export async function openSession(
  database: Database,
  session: { token: string; accountId: string; now: Date },
): Promise<void> {
  const { token, accountId, now } = session;
  await database.deleteFrom("sessions").where("expiresAt", "<=", now.toISOString()).execute();
  const expiresAt = new Date(now.getTime() + SESSION_DAYS * 86_400_000).toISOString();
  await database
    .insertInto("sessions")
    .values({ id: idOf(token), accountId, createdAt: now.toISOString(), expiresAt })
    .execute();
}

export async function accountOfSession(
  database: Database,
  token: string,
  now: Date,
): Promise<Account | undefined> {
  return database
    .selectFrom("sessions")
    .innerJoin("accounts", "accounts.id", "sessions.accountId")
    .select(["accounts.id", "accounts.name", "accounts.email"])
    .where("sessions.id", "=", idOf(token))
    .where("sessions.expiresAt", ">", now.toISOString())
    .executeTakeFirst();
}

export async function closeSession(database: Database, token: string): Promise<void> {
  await database.deleteFrom("sessions").where("id", "=", idOf(token)).execute();
}

function idOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
