import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { hostsOf, keeperOf, type Fleet } from "./fleet.ts";
import { leaveRotation } from "./operations/leave-rotation.ts";
import { setCurrent } from "./operations/set-current.ts";
import { stopInstances } from "./operations/stop-instances.ts";
import { stopSingletons } from "./operations/stop-singletons.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import { sharesOf, stopTimeoutOf, typesOnHost } from "./serving-facts.ts";
import { followOperations } from "./worker-operations.ts";

export interface LeaveFacts {
  readonly project: Project;
  readonly environment: Environment;
  /** The hosts that stay; the first is the keeper. */
  readonly fleet: Fleet;
  /** Those that are taken out of the list. */
  readonly leaving: Fleet;
  /** The release in force. */
  readonly release: ReleaseRecord;
  /** How long a balancer takes to see that a host has left. */
  readonly leaveMs: number;
}

/**
 * Takes hosts out of an environment. The balancer has stopped sending them traffic before anything else; what runs once over the
 * environment has ended there before the keeper starts its own; the instances end last, when the others serve alone.
 */
export function planLeave(facts: LeaveFacts): Plan {
  const { project, environment, fleet, leaving, release } = facts;
  return {
    format: 1,
    command: "leave",
    subject: leaving.map(({ host }) => host).join(" "),
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeperOf(fleet).current,
    commit: release.commit,
    phases: [
      ...phase(
        "rotation",
        "Take it out of rotation",
        leaving.map((host) => leaves(host, facts)),
      ),
      ...phase("singletons", "End what runs only once", leaving.flatMap(endSingletons)),
      ...phase("workers", "Let the keeper run it", takenOver(facts)),
      ...phase(
        "end",
        "End its instances",
        leaving.flatMap((host) => endAll(host)),
        true,
      ),
    ],
  };
}

function leaves({ host, inRotation }: HostState, { leaveMs }: LeaveFacts): PlannedOperation | undefined {
  return inRotation === true
    ? planned(leaveRotation, "take it out of rotation", { host, leaveMs })
    : undefined;
}

function singletonsOn(observed: HostState): { readonly id: string; readonly types: readonly string[] }[] {
  return releasesOn(observed)
    .map((id) => ({
      id,
      types: typesOnHost(observed, id).filter((type) => observed.types[id]?.[type]?.singleton === true),
    }))
    .filter(({ types }) => types.length > 0);
}

function endSingletons(observed: HostState): PlannedOperation[] {
  return singletonsOn(observed).map(({ id, types }) =>
    planned(
      stopSingletons,
      `stop ${types.join(", ")} of ${id}`,
      { host: observed.host, release: id, types, timeoutMs: stopTimeoutOf(observed, id, types) },
      `-${id}`,
    ),
  );
}

/** Only where one that leaves had them: else they run on the keeper already. */
function takenOver({ environment, fleet, leaving, release }: LeaveFacts): PlannedOperation[] {
  if (leaving.flatMap(singletonsOn).length === 0) return [];
  return hostsOf({ environment, fleet, release }).slice(0, 1).flatMap(followOperations);
}

function endAll(observed: HostState): PlannedOperation[] {
  const { host, current } = observed;
  return [
    planned(switchRoutes, "let nobody in any more", { host, to: [], back: sharesOf(observed) }),
    ...releasesOn(observed).map((release) => {
      const types = typesOnHost(observed, release);
      const timeoutMs = stopTimeoutOf(observed, release, types);
      return planned(stopInstances, `stop ${release}`, { host, release, types, timeoutMs }, `-${release}`);
    }),
    planned(setCurrent, "name nothing current", { host, release: null, previous: current ?? null }),
  ];
}

function releasesOn({ instances }: HostState): string[] {
  return [...new Set(instances.map(({ id }) => id.release))];
}
