import type { HostState } from "../hosts/host.ts";
import { hostsOf, keeperOf, type Fleet, type FleetFacts } from "./fleet.ts";
import type { Scale } from "./instance-types.ts";
import { startedBeside, type StartedBeside } from "./started-beside.ts";

/** What a command starts on a host, while everything that was observed there stays. */
export interface HostStarts {
  readonly observed: HostState;
  /** None where the host is not touched: what runs there counts all the same. */
  readonly starts: readonly StartedBeside[];
}

/** To put the release into force on the whole fleet, as a deploy and a rollback do. Pure. */
export function releaseStarts(facts: FleetFacts): HostStarts[] {
  return hostsOf(facts).map((host) => ({ observed: host.observed, starts: startedBeside(host) }));
}

/** To have these counts of the release in force. Where it stands still only the counts are kept. Pure. */
export function scaleStarts(facts: FleetFacts, scale: Scale): HostStarts[] {
  return hostsOf(facts).map((host) => {
    const { observed } = host;
    const runs = observed.supervised && observed.instances.some(({ id }) => id.release === host.release.id);
    return { observed, starts: runs ? startedBeside({ ...host, observed: { ...observed, scale } }) : [] };
  });
}

/** To bring these hosts of the fleet to the release in force; what runs once over the environment runs elsewhere. Pure. */
export function joinStarts(facts: FleetFacts, joining: Fleet): HostStarts[] {
  const { environment, fleet, release } = facts;
  const { scale } = keeperOf(fleet);
  return fleet.map((host) => {
    const observed = { ...host, scale };
    const joins = joining.some((one) => one.host === host.host);
    const starts = joins ? startedBeside({ environment, release, observed, singletons: false }) : [];
    return { observed, starts };
  });
}

/** Whether traffic waits for instances to start; of a release that is warm none does, whatever of its workers has to follow. Pure. */
export function isCold(hosts: readonly HostStarts[]): boolean {
  return hosts.some(({ starts }) => starts.some(({ type }) => type === "web"));
}
