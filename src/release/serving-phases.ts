import type { Share } from "../routing/route-table.ts";
import { counted } from "../shared/words.ts";
import { keeperOf, onEach, type FleetFacts } from "./fleet.ts";
import type { InstanceType } from "./instance-types.ts";
import { awaitReady } from "./operations/await-ready.ts";
import { enterRotation } from "./operations/enter-rotation.ts";
import { proveServed } from "./operations/prove-served.ts";
import { publishStatic } from "./operations/publish-static.ts";
import { setCurrent } from "./operations/set-current.ts";
import { smoke } from "./operations/smoke.ts";
import { startInstances } from "./operations/start-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { parted, phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { restartsOf, runningOf, sharesOf, typesOf, type ServingFacts } from "./serving-facts.ts";
import { webSockets } from "./socket-name.ts";
import { workerParts } from "./worker-operations.ts";

/**
 * Starts the web instances beside those that serve, and asks them before any user does: the same for a deploy and a rollback. On a fleet
 * the static files follow here, because a page of one host may ask another for them as soon as the first has switched.
 */
export function startPhases(facts: FleetFacts, staticFiles: boolean): Phase[] {
  const publishes = staticFiles && facts.fleet.length > 1;
  return phase(
    "start",
    "Start",
    onEach(facts, (host) => [...startOperations(host), publishes ? publishOperation(host) : undefined]),
  );
}

/** Adds the release's static files where there is but one host; a fleet has them before any host switches. */
export function publishOnOneHost(facts: FleetFacts, staticFiles: boolean): PlannedOperation | undefined {
  if (!staticFiles || facts.fleet.length > 1) return undefined;
  return publishOperation({ observed: keeperOf(facts.fleet), release: facts.release });
}

export function publishOperation({
  observed: { host },
  release,
}: Pick<ServingFacts, "observed" | "release">): PlannedOperation {
  return planned(publishStatic, "publish static files", { host, release: release.id });
}

export function startOperations(facts: ServingFacts): (PlannedOperation | undefined)[] {
  const { observed, release } = facts;
  const { host } = observed;
  const environment = facts.environment.name;
  const { ready, smoke: checks } = release;
  const count = webCount(typesOf(facts));
  return [
    planned(
      startInstances,
      `start ${counted(count, "web instance")}`,
      {
        host,
        release: release.id,
        types: ["web"],
        count,
        warmUntil: warmUntil(facts),
        keeps: runningOf(facts, ["web"]),
      },
      "-web",
    ),
    planned(awaitReady, `ready: GET ${ready.path}`, {
      host,
      release: release.id,
      environment,
      check: ready,
      restartsBefore: restartsOf(observed.instances, release.id),
    }),
    checks.length > 0
      ? planned(smoke, counted(checks.length, "smoke check"), {
          host,
          release: release.id,
          environment,
          checks,
        })
      : undefined,
  ];
}

/** Moves the traffic, proves it, lets what answers no requests follow, and names the release in force. */
export function switchPhases(
  facts: FleetFacts,
  before: readonly (PlannedOperation | undefined)[],
  how: SwitchHow = {},
): Phase[] {
  const title = "Switch the traffic";
  return parted(facts.fleet, { name: "switch", title }, [
    beforeSwitch(before),
    { name: "switch", title, operations: onEach(facts, (host) => switchOperations(host, how.title)) },
    { name: "watch", title: "Watch it", operations: how.after ?? [] },
    ...workerParts(facts),
    {
      name: "current",
      title: "Name it current",
      operations: onEach(facts, (host) => [currentOperation(host)]),
    },
  ]);
}

/** What is done once, after every host is ready and before any of them moves traffic. */
export function beforeSwitch(operations: readonly (PlannedOperation | undefined)[]) {
  return { name: "before-switch", title: "Before the switch", operations };
}

interface SwitchHow {
  readonly title?: string;
  /** What follows the proof, before anything else does. */
  readonly after?: readonly PlannedOperation[];
}

/** A host that is out of rotation comes back with the proof that it serves the release. */
export function switchOperations(
  facts: ServingFacts,
  title = "switch the route table",
): (PlannedOperation | undefined)[] {
  const { environment, observed, release } = facts;
  const { host } = observed;
  const to: Share[] = [{ hundredths: 100, sockets: webSockets(release.id, webCount(typesOf(facts))) }];
  return [
    planned(switchRoutes, title, { host, to, back: sharesOf(observed) }),
    planned(proveServed, "prove what is served", {
      host,
      release: release.id,
      environment: environment.name,
      check: release.ready,
    }),
    observed.inRotation === false ? planned(enterRotation, "put it into rotation", { host }) : undefined,
  ];
}

export function currentOperation({ observed, release }: ServingFacts): PlannedOperation {
  return planned(setCurrent, "name it current", {
    host: observed.host,
    release: release.id,
    previous: observed.current ?? null,
  });
}

function webCount(types: Readonly<Record<string, InstanceType>>): number {
  return types["web"]?.count ?? 0;
}

function warmUntil({ observed, release }: ServingFacts): number | null {
  const ours = observed.instances.find(({ id }) => id.release === release.id && id.type === "web");
  return ours?.retireAt ?? null;
}
