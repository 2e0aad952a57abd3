import { releaseOf } from "../../routing/route-table.ts";
import type { OperationContext } from "../../engine/operation.ts";
import type { InFlight } from "../../hosts/host.ts";
import type { HostWorld } from "../world.ts";

/** What is in flight at the instances of one release. */
export async function inFlightOf(
  { host, release }: { readonly host: string; readonly release: string },
  { world, signal }: OperationContext<HostWorld>,
): Promise<InFlight> {
  const counts = Object.entries(await world.host(host).inFlight(signal));
  const ours = counts.filter(([socket]) => releaseOf(socket) === release).map(([, count]) => count);
  return {
    requests: ours.reduce((sum, { requests }) => sum + requests, 0),
    streams: ours.reduce((sum, { streams }) => sum + streams, 0),
  };
}

export function inFlightText({ requests, streams }: InFlight): string {
  return `${requests} ${requests === 1 ? "request" : "requests"} and ${streams} ${streams === 1 ? "stream" : "streams"}`;
}

export function isIdle({ requests, streams }: InFlight): boolean {
  return requests + streams === 0;
}
