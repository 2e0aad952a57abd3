import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment } from "../project/project.ts";
import type { PlannedOperation } from "./plan.ts";
import type { ServingFacts } from "./serving-facts.ts";

/**
 * The hosts of an environment as they were observed, in the order of the project file; never none. The first one is the keeper: it has
 * the lease and the journal, and what runs once over the environment runs there.
 */
export type Fleet = readonly HostState[];

/** What plans that put a release into force on a fleet are made from. */
export interface FleetFacts {
  readonly environment: Environment;
  readonly fleet: Fleet;
  readonly release: Omit<ReleaseRecord, "artifact">;
}

export function keeperOf(fleet: Fleet): HostState {
  const [keeper] = fleet;
  if (keeper === undefined) throw new Error("a fleet has at least one host");
  return keeper;
}

/** The facts as each host has them. Counts are the keeper's, since those of one that was away may be of another time. */
export function hostsOf({ environment, fleet, release }: FleetFacts): ServingFacts[] {
  const { scale } = keeperOf(fleet);
  return fleet.map((host, index) => ({
    environment,
    release,
    observed: { ...host, scale },
    singletons: index === 0,
  }));
}

/** The operations of every host, one host after the other as the list names them; they are carried out side by side. */
export function onEach(
  facts: FleetFacts,
  operations: (facts: ServingFacts) => readonly (PlannedOperation | undefined)[],
): (PlannedOperation | undefined)[] {
  return hostsOf(facts).flatMap(operations);
}
