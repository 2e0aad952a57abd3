import { createHash } from "node:crypto";
import type { Account } from "./accounts.ts";

export const SESSION_DAYS = 30;

/** Who holds which token. Every one of these may throw `SessionsGone`. */
export type Sessions = {
  /** Remembers that whoever holds the token is signed in. */
  open: (session: { token: string; accountId: string; now: Date }) => Promise<void>;
  account: (token: string, now: Date) => Promise<Account | undefined>;
  close: (token: string) => Promise<void>;
  /** @throws where sessions can't be reached */
  prove: () => Promise<void>;
  /** Lets go of whatever keeps the sessions, at the end of the process. */
  end: () => Promise<void>;
};

/** What keeps the sessions can't be reached: nobody can be told from anybody else just now. */
export class SessionsGone extends Error {
  constructor(cause: unknown) {
    super("what keeps the sessions can't be reached", { cause });
    this.name = "SessionsGone";
  }
}

/** What a token is kept as: whoever reads the sessions can't sign in with them. */
export function idOfToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
