import { purposeText, type Lease } from "../engine/lease.ts";
import { whoText } from "../engine/who.ts";
import { durationText, momentText } from "../shared/duration.ts";
import { textTable } from "./text-table.ts";

/** What `cozy lease` prints of a lease. */
export function leaseText(lease: Lease | undefined, environment: string, now: number): string {
  const holder = lease?.holder;
  if (holder === undefined) return `Nobody holds ${environment}: the lease is free.`;
  const left = holder.expiresAt - now;
  return textTable([
    ["who", `${whoText(holder.owner)} (process ${holder.owner.pid})`],
    ["why", purposeText(holder.purpose)],
    ["since", `${momentText(holder.since)} (${durationText(now - holder.since)})`],
    [
      "until",
      left > 0
        ? `${momentText(holder.expiresAt)}, renewed while its holder lives`
        : `ran out ${durationText(-left)} ago`,
    ],
  ]);
}
