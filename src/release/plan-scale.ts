import { releaseOf, type Share } from "../routing/route-table.ts";
import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { instanceTypes, type InstanceType, type Scale } from "./instance-types.ts";
import { awaitReady } from "./operations/await-ready.ts";
import { awaitSteady } from "./operations/await-steady.ts";
import { endSurplusInstances } from "./operations/end-surplus-instances.ts";
import { proveServed } from "./operations/prove-served.ts";
import { setScale } from "./operations/set-scale.ts";
import { startInstances } from "./operations/start-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Plan, PlannedOperation } from "./plan.ts";
import { restartsOf, runningOf, sharesOf, stopTimeoutOf } from "./serving-facts.ts";
import { webSockets } from "./socket-name.ts";
import { instancesText, steadyMs } from "./worker-operations.ts";

export interface ScaleFacts {
  readonly project: Project;
  readonly environment: Environment;
  readonly observed: HostState;
  /** The release in force, as it was placed. */
  readonly release: ReleaseRecord;
  /** All counts that are to count before the release's own. */
  readonly scale: Scale;
  /** What was asked for: `web=3`. */
  readonly subject: string;
}

/**
 * More instances are started and asked before traffic goes to them; those that are too many end when none goes there any more. Of an
 * environment that does not run only the counts are kept, for its next start.
 */
export function planScale(facts: ScaleFacts): Plan {
  const { project, environment, observed, release, scale, subject } = facts;
  const types = typesThatRun(facts);
  const running = runningOf({ environment, observed, release }, Object.keys(types));
  const grown = Object.keys(types).filter((type) => (types[type]?.count ?? 0) > (running[type] ?? 0));
  const shrunk = Object.keys(types).filter((type) => (types[type]?.count ?? 0) < (running[type] ?? 0));
  return {
    format: 1,
    command: "scale",
    subject,
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: observed.current,
    commit: release.commit,
    phases: [
      ...phase("start", "Start", [
        planned(setScale, `keep ${subject}`, { host: observed.host, to: scale, back: observed.scale }),
        ...(grown.length === 0 ? [] : startOperations(facts, types, grown, running)),
      ]),
      ...phase("switch", "Spread the traffic", switchOperations(facts, types)),
      ...phase(
        "settle",
        "End what is too many",
        shrunk.length === 0 ? [] : [endOperation(facts, types, shrunk)],
        true,
      ),
    ],
  };
}

/** Nothing that stands still is started or stopped. */
function typesThatRun({ observed, release, scale }: ScaleFacts): Readonly<Record<string, InstanceType>> {
  const runs = observed.supervised && observed.instances.some(({ id }) => id.release === release.id);
  return runs ? instanceTypes(release, scale) : {};
}

function startOperations(
  { environment, observed, release }: ScaleFacts,
  types: Readonly<Record<string, InstanceType>>,
  grown: readonly string[],
  running: Readonly<Record<string, number>>,
): (PlannedOperation | undefined)[] {
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
function switchOperations(
  { environment, observed, release }: ScaleFacts,
  types: Readonly<Record<string, InstanceType>>,
): (PlannedOperation | undefined)[] {
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

function endOperation(
  { environment, observed, release }: ScaleFacts,
  types: Readonly<Record<string, InstanceType>>,
  shrunk: readonly string[],
): PlannedOperation {
  return planned(
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
}

function leftText(type: string, how: InstanceType | undefined): string {
  return `${type} ×${how?.count ?? 0}`;
}
