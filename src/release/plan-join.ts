import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { enterRotation } from "./operations/enter-rotation.ts";
import { placeRelease } from "./operations/place-release.ts";
import { setScale } from "./operations/set-scale.ts";
import { takeArtifact } from "./operations/take-artifact.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import type { ServingFacts } from "./serving-facts.ts";
import { currentOperation, publishOperation, startOperations, switchOperations } from "./serving-phases.ts";
import { wholeRelease } from "./whole-release.ts";
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
  /** Artifacts that this machine has not: they are taken from hosts that serve. */
  readonly lacking?: readonly string[];
}

/**
 * Brings hosts to the release in force without touching those that serve it. A host gets traffic of the balancer's only once it is
 * proven to serve, and what runs once over the environment stays where it is.
 */
export function planJoin(facts: JoinFacts): Plan {
  const { project, environment, fleet, joining, release, before = [] } = facts;
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
      ...phase("take", "Take what serves", [takenIn(facts, release, joining)]),
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
      ...phase(
        "take-before",
        "Take what can be gone back to",
        before.map((one) => takenIn(facts, one, joining)),
        true,
      ),
      ...phase("before", "Bring what can be gone back to", beforeOperations(facts), true),
    ],
  };
}

/** Only where somebody is to get it by way of this machine, and this machine has it not. */
function takenIn(
  { fleet, lacking = [] }: JoinFacts,
  release: ReleaseRecord,
  joining: Fleet,
): PlannedOperation | undefined {
  const { artifact } = release;
  if (!lacking.includes(artifact) || joining.every((host) => wholeRelease(host, release.id)))
    return undefined;
  const from = fleet.flatMap((host) => (wholeRelease(host, release.id) ? [host.host] : []));
  const { host } = keeperOf(fleet);
  const input = { host, artifact, from };
  return planned(
    takeArtifact,
    `take the artifact of ${release.id} from ${from[0] ?? host}`,
    input,
    `-${release.id}`,
  );
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
  if (wholeRelease({ releases }, release.id)) return undefined;
  const input = { host, artifactKey: "", artifact, release: draft };
  return planned(placeRelease, `place release ${release.id}`, input, suffix);
}

function beforeOperations({ joining, before = [] }: JoinFacts): (PlannedOperation | undefined)[] {
  return joining.flatMap((host) => before.map((release) => placedOn(host, release, `-${release.id}`)));
}

function enters({ host, inRotation }: HostState): PlannedOperation | undefined {
  return inRotation === false ? planned(enterRotation, "put it into rotation", { host }) : undefined;
}
