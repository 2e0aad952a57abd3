import { releaseOf, type Share } from "../routing/route-table.ts";
import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { hostsOf, keeperOf, type Fleet } from "./fleet.ts";
import type { InstanceType, Scale } from "./instance-types.ts";
import { awaitReady } from "./operations/await-ready.ts";
import { awaitSteady } from "./operations/await-steady.ts";
import { endSurplusInstances } from "./operations/end-surplus-instances.ts";
import { proveServed } from "./operations/prove-served.ts";
import { setScale } from "./operations/set-scale.ts";
import { startInstances } from "./operations/start-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import {
  restartsOf,
  runningOf,
  sharesOf,
  stopTimeoutOf,
  typesOf,
  type ServingFacts,
} from "./serving-facts.ts";
import { webSockets } from "./socket-name.ts";
import { instancesText, steadyMs } from "./worker-operations.ts";

export interface ScaleFacts {
  readonly project: Project;
  readonly environment: Environment;
  readonly fleet: Fleet;
  /** Hosts that can't be reached and are left out; the next deploy brings them along. */
  readonly without?: readonly string[];
  /** The release in force, as it was placed. */
  readonly release: ReleaseRecord;
  /** All counts that are to count before the release's own. */
  readonly scale: Scale;
  /** What was asked for: `web=3`. */
  readonly subject: string;
}

/**
 * More instances are started and asked before traffic goes to them; those that are too many end when none goes there any more. Of an
 * environment that does not run only the counts are kept, for its next start. Counts are those of each host.
 */
export function planScale(facts: ScaleFacts): Plan {
  const { project, environment, fleet, release, subject, without = [] } = facts;
  const hosts = hostsOf(facts).map((host) => changeOn(host, facts));
  return {
    format: 1,
    command: "scale",
    subject,
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeperOf(fleet).current,
    commit: release.commit,
    ...(without.length === 0 ? {} : { without }),
    phases: [
      ...phase(
        "start",
        "Start",
        hosts.flatMap((change, index) => startOperations(change, facts, fleet[index])),
      ),
      ...phase("switch", "Spread the traffic", hosts.flatMap(switchOperations)),
      ...phase("settle", "End what is too many", hosts.flatMap(endOperations), true),
    ],
  };
}

/** What the counts change on one host. */
interface ScaleChange extends ServingFacts {
  readonly types: Readonly<Record<string, InstanceType>>;
  readonly running: Readonly<Record<string, number>>;
  readonly grown: readonly string[];
  readonly shrunk: readonly string[];
}

function changeOn(host: ServingFacts, { scale }: ScaleFacts): ScaleChange {
  const types = typesThatRun(host, scale);
  const running = runningOf(host, Object.keys(types));
  const names = Object.keys(types);
  return {
    ...host,
    types,
    running,
    grown: names.filter((type) => (types[type]?.count ?? 0) > (running[type] ?? 0)),
    shrunk: names.filter((type) => (types[type]?.count ?? 0) < (running[type] ?? 0)),
  };
}

/** Nothing that stands still is started or stopped. */
function typesThatRun(host: ServingFacts, scale: Scale): Readonly<Record<string, InstanceType>> {
  const { observed, release } = host;
  const runs = observed.supervised && observed.instances.some(({ id }) => id.release === release.id);
  return runs ? typesOf({ ...host, observed: { ...observed, scale } }) : {};
}

function startOperations(
  change: ScaleChange,
  { scale, subject }: ScaleFacts,
  asObserved: HostState | undefined,
): (PlannedOperation | undefined)[] {
  const { host } = change.observed;
  const back = asObserved?.scale ?? {};
  return [planned(setScale, `keep ${subject}`, { host, to: scale, back }), ...growOperations(change)];
}

function growOperations({
  environment,
  observed,
  release,
  types,
  grown,
  running,
}: ScaleChange): (PlannedOperation | undefined)[] {
  if (grown.length === 0) return [];
  const { host } = observed;
  const others = grown.filter((type) => type !== "web");
  const restartsBefore = restartsOf(observed.instances, release.id);
  return [
    planned(startInstances, `start ${grown.map((type) => instancesText(type, types[type])).join(", ")}`, {
      host,
      release: release.id,
      types: grown,
      count: grown.reduce((sum, type) => sum + (types[type]?.count ?? 0), 0),
      warmUntil: null,
      keeps: running,
    }),
    grown.includes("web")
      ? planned(awaitReady, `ready: GET ${release.ready.path}`, {
          host,
          release: release.id,
          environment: environment.name,
          check: release.ready,
          restartsBefore,
        })
      : undefined,
    others.length > 0
      ? planned(awaitSteady, `${others.join(", ")} ${others.length === 1 ? "stays" : "stay"} up`, {
          host,
          release: release.id,
          types: others,
          forMs: steadyMs(release),
          ready: Object.fromEntries(others.map((type) => [type, types[type]?.ready ?? null])),
          restartsBefore,
        })
      : undefined,
  ];
}

/** Each share of the release's stays as large, over other instances. */
function switchOperations({ environment, observed, release, types }: ScaleChange): PlannedOperation[] {
  const { host } = observed;
  const back = sharesOf(observed);
  const count = types["web"]?.count ?? 0;
  const sockets = webSockets(release.id, count);
  const isOurs = (share: Share) => share.sockets.every((socket) => releaseOf(socket) === release.id);
  const same = back
    .filter(isOurs)
    .every((share) => share.sockets.toSorted().join() === sockets.toSorted().join());
  if (count === 0 || same) return [];
  const to = back.map((share) => (isOurs(share) ? { ...share, sockets } : share));
  return [
    planned(switchRoutes, `spread the traffic over ${count}`, { host, to, back }),
    planned(proveServed, "prove what is served", {
      host,
      release: release.id,
      environment: environment.name,
      check: release.ready,
    }),
  ];
}

function endOperations({ environment, observed, release, types, shrunk }: ScaleChange): PlannedOperation[] {
  if (shrunk.length === 0) return [];
  const operation = planned(
    endSurplusInstances,
    `keep ${shrunk.map((type) => leftText(type, types[type])).join(", ")}`,
    {
      host: observed.host,
      release: release.id,
      counts: Object.fromEntries(shrunk.map((type) => [type, types[type]?.count ?? 0])),
      drain: environment.drain,
      timeoutMs: stopTimeoutOf(observed, release.id, shrunk),
    },
  );
  return [operation];
}

function leftText(type: string, how: InstanceType | undefined): string {
  return `${type} ×${how?.count ?? 0}`;
}
