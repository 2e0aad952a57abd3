import type { Hold } from "./hold-lease.ts";

/** What keeps deployers off that lost their lease. */
export interface Fenced {
  raiseFence(token: number, signal: AbortSignal): Promise<number>;
}

/** A fence that has seen a larger token under another keeper is outgrown at once; one that rises meanwhile means another deployer. */
const attempts = 3;

/**
 * Raises every host's fence to this deployer's token: from then on whoever held the lease before can't act there, whatever it believes.
 * Where a host has seen a larger token, the list of hosts begins with another keeper than it did then, and the token outgrows it.
 */
export async function raiseFences(
  hold: Pick<Hold, "token" | "outgrow">,
  hosts: readonly Fenced[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { token } = hold;
    const seen = Math.max(token, ...(await Promise.all(hosts.map((host) => host.raiseFence(token, signal)))));
    if (seen === token) return;
    await hold.outgrow(seen);
  }
  throw new Error("the fences of the hosts rise faster than the token");
}
