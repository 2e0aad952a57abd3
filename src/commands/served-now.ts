import { messageOf } from "../errors/cozy-error.ts";
import type { Served } from "../events/event.ts";
import type { Host } from "../hosts/host.ts";
import { releaseOf } from "../routing/route-table.ts";
import { durationText } from "../shared/duration.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** How long a host is waited for; the others have answered by then. */
const withinMs = 8_000;

/** What every host serves, read back from it, in the order of the project file; of one that does not answer it is not known. */
export async function servedNow(
  { names, hosts, unreachable }: Pick<OpenFleet, "names" | "hosts" | "unreachable">,
  address: string,
  signal: AbortSignal,
): Promise<readonly Served[]> {
  // With several hosts the address is that of all of them, and not a host's own.
  const own = names.length === 1 ? { address } : {};
  const reached = await Promise.all(hosts.map((host) => servedBy(host, own, signal)));
  const others = unreachable.map(({ host, why }): Served => ({ host, release: undefined, unknown: why }));
  const all = [...reached, ...others];
  return all.toSorted((a, b) => names.indexOf(a.host) - names.indexOf(b.host));
}

/** What the host's route table leads to; several releases are named together. */
async function servedBy(host: Host, address: Pick<Served, "address">, signal: AbortSignal): Promise<Served> {
  const timeout = AbortSignal.timeout(withinMs);
  try {
    const { routes } = await host.observe(AbortSignal.any([signal, timeout]));
    const releases = [...new Set(Object.keys(routes).map(releaseOf))];
    if (releases.length === 0) return { host: host.name, release: undefined };
    return { host: host.name, release: releases.join(" and "), ...address };
  } catch (error) {
    const unknown = timeout.aborted ? `no answer within ${durationText(withinMs)}` : messageOf(error);
    return { host: host.name, release: undefined, unknown };
  }
}
