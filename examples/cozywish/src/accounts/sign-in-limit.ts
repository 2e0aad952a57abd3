import { createHash } from "node:crypto";
import type { Cache } from "../cache/cache.ts";

const WINDOW_MS = 15 * 60_000;
const MOST_PER_ACCOUNT = 5;
const MOST_PER_ADDRESS = 60;

export type Attempt = { email: string; address: string };

/**
 * Counts an attempt to sign in, and says whether it may be looked at. It is counted before the password is
 * checked, since a hundred attempts at once would otherwise all be let in by a count of none.
 */
export async function admitSignIn(cache: Cache, attempt: Attempt): Promise<boolean> {
  const ofAccount = await cache.increment(accountKey(attempt), WINDOW_MS);
  const ofAddress = await cache.increment(`sign-ins:address:${attempt.address}`, WINDOW_MS);
  return ofAccount <= MOST_PER_ACCOUNT && ofAddress <= MOST_PER_ADDRESS;
}

/** The owner has shown up, so the failures before don't count any more. */
export async function forgiveFailedSignIns(cache: Cache, attempt: Attempt): Promise<void> {
  await cache.delete(accountKey(attempt));
}

/** Per account and address: a stranger's failures don't lock the owner out at home. */
function accountKey({ email, address }: Attempt): string {
  const digest = createHash("sha256").update(email.toLowerCase()).digest("hex");
  return `sign-ins:account:${digest}:${address}`;
}
