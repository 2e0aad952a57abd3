import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { buildArtifact } from "./operations/build-artifact.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { enterRotation } from "./operations/enter-rotation.ts";
import { placeRelease } from "./operations/place-release.ts";
import { setScale } from "./operations/set-scale.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, Plan, PlannedOperation } from "./plan.ts";
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
  /** Releases that can be gone back to: without them there the whole fleet could not be rolled back. */
  readonly before?: readonly ReleaseRecord[];
  /** What the artifact in force is found by where it has to be built anew, since it is not on this machine any more. */
  readonly buildKey?: string | undefined;
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
      ...buildPhase(facts),
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
      ...phase("before", "Bring what can be gone back to", beforeOperations(facts), true),
    ],
  };
}

function buildPhase({ project, fleet, release, buildKey }: JoinFacts): Phase[] {
  if (buildKey === undefined) return [];
  const input = {
    host: keeperOf(fleet).host,
    key: buildKey,
    commit: release.commit,
    timeoutMs: project.app.build.timeoutMs + 600_000,
  };
  return phase("build", "Build", [planned(buildArtifact, "build the artifact anew", input)]);
}

function joiningFacts(host: HostState, { environment, fleet, release }: JoinFacts): ServingFacts {
  const observed = { ...host, scale: keeperOf(fleet).scale };
  return { environment, release, observed, singletons: false };
}

function prepareOperations(
  observed: HostState,
  { fleet, release }: JoinFacts,
): (PlannedOperation | undefined)[] {
  const { host, scale, supervised } = observed;
  return [
    placedOn(observed, release),
    supervised ? undefined : planned(ensureAgents, "supervisor and proxy", { host }),
    planned(setScale, "keep the counts of the others", { host, to: keeperOf(fleet).scale, back: scale }),
  ];
}

function placedOn(
  { host, releases }: HostState,
  release: ReleaseRecord,
  suffix = "",
): PlannedOperation | undefined {
  const { artifact, ...draft } = release;
  if (releases.some(({ id, damaged }) => id === release.id && damaged === undefined)) return undefined;
  const input = { host, artifactKey: "", artifact, release: draft };
  return planned(placeRelease, `place release ${release.id}`, input, suffix);
}

function beforeOperations({ joining, before = [] }: JoinFacts): (PlannedOperation | undefined)[] {
  return joining.flatMap((host) => before.map((release) => placedOn(host, release, `-${release.id}`)));
}

function enters({ host, inRotation }: HostState): PlannedOperation | undefined {
  return inRotation === false ? planned(enterRotation, "put it into rotation", { host }) : undefined;
}
