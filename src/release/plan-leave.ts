import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { handOverSingletons } from "./hand-over-singletons.ts";
import { leaveRotation } from "./operations/leave-rotation.ts";
import { setCurrent } from "./operations/set-current.ts";
import { stopInstances } from "./operations/stop-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import { sharesOf, stopTimeoutOf, typesOnHost } from "./serving-facts.ts";

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
      ...handOverSingletons({ environment, fleet, from: leaving, release }),
      ...phase(
        "end",
        "End its instances",
        leaving.flatMap((host) => endAll(host)),
        true,
      ),
    ],
  };
}

/** Notes that hosts are gone, and does nothing: nobody asks them any more, and nobody wonders what they serve. */
export function planGone({
  project,
  environment,
  release,
  gone,
}: Pick<LeaveFacts, "project" | "environment" | "release"> & { readonly gone: readonly string[] }): Plan {
  return {
    format: 1,
    command: "leave",
    subject: gone.join(" "),
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: release.id,
    commit: release.commit,
    phases: [],
  };
}

function leaves({ host, inRotation }: HostState, { leaveMs }: LeaveFacts): PlannedOperation | undefined {
  return inRotation === true
    ? planned(leaveRotation, "take it out of rotation", { host, leaveMs })
    : undefined;
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
