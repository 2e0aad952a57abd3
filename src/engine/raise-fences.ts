import type { Hold } from "./hold-lease.ts";
import { keptElsewhere } from "./kept-elsewhere.ts";

/** What keeps deployers off that lost their lease. */
export interface Fenced {
  raiseFence(token: number, signal: AbortSignal): Promise<number>;
}

/**
 * Raises every host's fence to this deployer's token: from then on whoever held the lease before can't act there, whatever it believes.
 * A host that has seen a larger one knows of another deployer, or of another keeper: the list of hosts began with another one then, and
 * what it keeps is not to be forgotten by going on without.
 */
export async function raiseFences(
  hold: Pick<Hold, "environment" | "token" | "confirm">,
  hosts: readonly Fenced[],
  signal: AbortSignal,
): Promise<void> {
  const { token } = hold;
  const seen = await Promise.all(hosts.map((host) => host.raiseFence(token, signal)));
  if (Math.max(token, ...seen) === token) return;
  await hold.confirm();
  throw keptElsewhere(hold.environment);
}
