import type { Database } from "../database/open-database.ts";
import { idOfToken, SESSION_DAYS, type Sessions } from "./sessions.ts";

/** Keeps a value for a time; what it throws is passed on. */
export type SessionKeep = {
  get: (key: string) => Promise<string | undefined>;
  set: (key: string, value: string, ttlMs: number) => Promise<void>;
  delete: (key: string) => Promise<void>;
  prove: () => Promise<void>;
  end: () => Promise<void>;
};

/** Sessions outside the database: only whose a token is; the account itself is always read from the database. */
export function keptSessions(database: Database, keep: SessionKeep): Sessions {
  return {
    open: ({ token, accountId }) => keep.set(idOfToken(token), accountId, SESSION_DAYS * 86_400_000),
    account: async (token) => {
      const id = await keep.get(idOfToken(token));
      if (id === undefined) return undefined;
      return database
        .selectFrom("accounts")
        .select(["id", "name", "email"])
        .where("id", "=", id)
        .executeTakeFirst();
    },
    close: (token) => keep.delete(idOfToken(token)),
    prove: keep.prove,
    end: keep.end,
  };
}
