import { acquireLease, type Hold, type LeaseRequest } from "../engine/hold-lease.ts";
import type { LeaseKeeper } from "../engine/lease-keeper.ts";
import type { Purpose } from "../engine/lease.ts";
import { whoText } from "../engine/who.ts";
import { hasEnded, thisOwner, type Owner } from "../engine/process-identity.ts";
import type { CommandContext } from "./command-context.ts";

/** Runs the work while nobody else can change the environment; the lease is given back however the work ends. */
export async function withLease(
  context: CommandContext,
  lease: LeaseKeeper,
  purpose: Purpose,
  work: (hold: Hold) => Promise<number>,
): Promise<number> {
  const hold = await acquireLease(lease, await leaseRequest(context, purpose));
  try {
    return await work(hold);
  } finally {
    await hold.release();
  }
}

export async function leaseRequest(context: CommandContext, purpose: Purpose): Promise<LeaseRequest> {
  return {
    owner: await ownWho(context),
    purpose,
    now: context.now,
    hasEnded,
    warn: (message) => void context.stderr.write(`${message}\n`),
  };
}

export async function ownWho(context: CommandContext): Promise<Owner> {
  const own = await thisOwner({ ...context.env });
  const who = context.onHost?.who;
  // The process is this one; who it acts for gave the order elsewhere.
  return who === undefined
    ? own
    : { ...own, user: who.user, ...(who.ci === undefined ? {} : { ci: who.ci }) };
}

/** Who acts, and from which machine, in words. */
export async function ownWhoText(context: CommandContext): Promise<string> {
  return whoText({ ...(await ownWho(context)), ...context.onHost?.who });
}
