import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { enterRotation } from "./operations/enter-rotation.ts";
import { placeRelease } from "./operations/place-release.ts";
import { setScale } from "./operations/set-scale.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import type { ServingFacts } from "./serving-facts.ts";
import { currentOperation, publishOperation, startOperations, switchOperations } from "./serving-phases.ts";
import { settleOperations } from "./settle-phases.ts";
import { workerOperations } from "./worker-operations.ts";

export interface JoinFacts {
  readonly project: Project;
  readonly environment: Environment;
  /** The hosts that serve; the first is the keeper. */
  readonly fleet: Fleet;
  /** Those that are to serve the same: new ones, or ones that were away while the others moved on. */
  readonly joining: Fleet;
  /** The release in force, as it was placed on the keeper. */
  readonly release: ReleaseRecord;
}

/**
 * Brings hosts to the release in force without touching those that serve it. A host gets traffic of the balancer's only once it is
 * proven to serve, and what runs once over the environment stays where it is.
 */
export function planJoin(facts: JoinFacts): Plan {
  const { project, environment, fleet, joining, release } = facts;
  const hosts = joining.map((host) => joiningFacts(host, facts));
  const each = (operations: (host: ServingFacts) => readonly (PlannedOperation | undefined)[]) =>
    hosts.flatMap(operations);
  return {
    format: 1,
    command: "join",
    subject: joining.map(({ host }) => host).join(" "),
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeperOf(fleet).current,
    commit: release.commit,
    phases: [
      ...phase(
        "prepare",
        "Prepare",
        joining.flatMap((host) => prepareOperations(host, facts)),
      ),
      ...phase(
        "start",
        "Start",
        each((host) => [...startOperations(host), project.app.static && publishOperation(host)]),
      ),
      ...phase(
        "switch",
        "Let it serve",
        each((host) => [
          ...switchOperations({ ...host, observed: { ...host.observed, inRotation: undefined } }),
          ...workerOperations(host),
          currentOperation(host),
        ]),
      ),
      ...phase("rotation", "Put it into rotation", joining.map(enters)),
      ...phase("settle", "Let the old release go", each(settleOperations), true),
    ],
  };
}

function joiningFacts(host: HostState, { environment, fleet, release }: JoinFacts): ServingFacts {
  const observed = { ...host, scale: keeperOf(fleet).scale };
  return { environment, release, observed, singletons: false };
}

function prepareOperations(
  { host, scale, releases, supervised }: HostState,
  { fleet, release }: JoinFacts,
): (PlannedOperation | undefined)[] {
  const { artifact, ...draft } = release;
  const there = releases.some(({ id, damaged }) => id === release.id && damaged === undefined);
  return [
    there
      ? undefined
      : planned(placeRelease, `place release ${release.id}`, {
          host,
          artifactKey: "",
          artifact,
          release: draft,
        }),
    supervised ? undefined : planned(ensureAgents, "supervisor and proxy", { host }),
    planned(setScale, "keep the counts of the others", { host, to: keeperOf(fleet).scale, back: scale }),
  ];
}

function enters({ host, inRotation }: HostState): PlannedOperation | undefined {
  return inRotation === false ? planned(enterRotation, "put it into rotation", { host }) : undefined;
}
