import { randomUUID } from "node:crypto";
import type { Database } from "../database/open-database.ts";
import { hashPassword, verifyNobody, verifyPassword } from "./password.ts";

export type Account = { id: string; name: string; email: string };

/** @returns undefined where the email has an account already */
export async function createAccount(
  database: Database,
  account: { name: string; email: string; password: string; now: Date },
): Promise<Account | undefined> {
  const { name, email } = account;
  return database
    .insertInto("accounts")
    .values({
      id: randomUUID(),
      email: email.toLowerCase(),
      name,
      passwordHash: await hashPassword(account.password),
      createdAt: account.now.toISOString(),
    })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning(["id", "name", "email"])
    .executeTakeFirst();
}

/** Gives the account that password, and makes it where it isn't there. @returns its id */
export async function setPassword(
  database: Database,
  account: { name: string; email: string; password: string; now: Date },
): Promise<string> {
  const email = account.email.toLowerCase();
  const created = await createAccount(database, account);
  if (created) return created.id;
  const { id } = await database
    .updateTable("accounts")
    .set({ passwordHash: await hashPassword(account.password) })
    .where("email", "=", email)
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export type Credentials = { email: string; password: string };

export type CheckedCredentials =
  | { right: true; account: Account }
  | { right: false; reason: "unknown-account" | "wrong-password"; accountId: string | undefined };

export async function checkCredentials(database: Database, given: Credentials): Promise<CheckedCredentials> {
  const row = await database
    .selectFrom("accounts")
    .select(["id", "name", "email", "passwordHash"])
    .where("email", "=", given.email.toLowerCase())
    .executeTakeFirst();
  if (!row) {
    await verifyNobody(given.password);
    return { right: false, reason: "unknown-account", accountId: undefined };
  }
  const { passwordHash, ...account } = row;
  if (await verifyPassword(given.password, passwordHash)) return { right: true, account };
  return { right: false, reason: "wrong-password", accountId: account.id };
}
