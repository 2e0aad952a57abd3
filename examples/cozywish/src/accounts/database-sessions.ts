import type { Database } from "../database/open-database.ts";
import { idOfToken, SESSION_DAYS, type Sessions } from "./sessions.ts";

/** Sessions in the database. Those that have run out are cleared on the way. */
export function databaseSessions(database: Database): Sessions {
  return {
    open: async ({ token, accountId, now }) => {
      await database.deleteFrom("sessions").where("expiresAt", "<=", now.toISOString()).execute();
      const expiresAt = new Date(now.getTime() + SESSION_DAYS * 86_400_000).toISOString();
      await database
        .insertInto("sessions")
        .values({ id: idOfToken(token), accountId, createdAt: now.toISOString(), expiresAt })
        .execute();
    },
    account: (token, now) =>
      database
        .selectFrom("sessions")
        .innerJoin("accounts", "accounts.id", "sessions.accountId")
        .select(["accounts.id", "accounts.name", "accounts.email"])
        .where("sessions.id", "=", idOfToken(token))
        .where("sessions.expiresAt", ">", now.toISOString())
        .executeTakeFirst(),
    close: async (token) => {
      await database.deleteFrom("sessions").where("id", "=", idOfToken(token)).execute();
    },
    // The database is proven by itself.
    prove: async () => {},
    end: async () => {},
  };
}
