import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment } from "../project/project.ts";
import { hostsOf, type Fleet } from "./fleet.ts";
import { stopSingletons } from "./operations/stop-singletons.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { stopTimeoutOf, typesOnHost } from "./serving-facts.ts";
import { followOperations } from "./worker-operations.ts";

export interface Handover {
  readonly environment: Environment;
  /** The hosts that go on; the first is the keeper, which runs from now on what runs only once. */
  readonly fleet: Fleet;
  /** Those that run it no more. */
  readonly from: Fleet;
  readonly release: ReleaseRecord;
}

/** What runs once over the environment has ended on other hosts before the keeper starts its own; nothing where it runs there already. */
export function handOverSingletons({ environment, fleet, from, release }: Handover): Phase[] {
  const ended = from.flatMap(endSingletons);
  if (ended.length === 0) return [];
  const starts = hostsOf({ environment, fleet, release }).slice(0, 1).flatMap(followOperations);
  return [
    ...phase("singletons", "End what runs only once", ended),
    ...phase("workers", "Let the keeper run it", starts),
  ];
}

function endSingletons(observed: HostState): PlannedOperation[] {
  return [...new Set(observed.instances.map(({ id }) => id.release))].flatMap((release) => {
    const types = typesOnHost(observed, release).filter(
      (type) => observed.types[release]?.[type]?.singleton === true,
    );
    if (types.length === 0) return [];
    const timeoutMs = stopTimeoutOf(observed, release, types);
    const input = { host: observed.host, release, types, timeoutMs };
    return [planned(stopSingletons, `stop ${types.join(", ")} of ${release}`, input, `-${release}`)];
  });
}
