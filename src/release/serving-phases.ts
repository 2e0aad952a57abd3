import type { Share } from "../routing/route-table.ts";
import type { InstanceType } from "./instance-types.ts";
import { awaitReady } from "./operations/await-ready.ts";
import { proveServed } from "./operations/prove-served.ts";
import { setCurrent } from "./operations/set-current.ts";
import { smoke } from "./operations/smoke.ts";
import { startInstances } from "./operations/start-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { restartsOf, runningOf, sharesOf, typesOf, type ServingFacts } from "./serving-facts.ts";
import { webSockets } from "./socket-name.ts";
import { workerOperations } from "./worker-operations.ts";
import { counted } from "../shared/words.ts";

/** Starts the web instances beside those that serve, and asks them before any user does: the same for a deploy and a rollback. */
export function startPhases(facts: ServingFacts): Phase[] {
  const { observed, release } = facts;
  const { host } = observed;
  const environment = facts.environment.name;
  const { ready, smoke: checks } = release;
  const count = webCount(typesOf(facts));
  return [
    ...phase("start", "Start", [
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
    ]),
  ];
}

/** Moves the traffic, proves it, lets what answers no requests follow, and names the release in force. */
export function switchOperations(facts: ServingFacts, how: SwitchHow = {}): PlannedOperation[] {
  const { environment, observed, release } = facts;
  const { host } = observed;
  const to: Share[] = [{ hundredths: 100, sockets: webSockets(release.id, webCount(typesOf(facts))) }];
  return [
    planned(switchRoutes, how.title ?? "switch the route table", { host, to, back: sharesOf(observed) }),
    planned(proveServed, "prove what is served", {
      host,
      release: release.id,
      environment: environment.name,
      check: release.ready,
    }),
    ...(how.after ?? []),
    ...workerOperations(facts),
    planned(setCurrent, "name it current", { host, release: release.id, previous: observed.current ?? null }),
  ];
}

interface SwitchHow {
  readonly title?: string;
  /** What follows the proof, before anything else does. */
  readonly after?: readonly PlannedOperation[];
}

function webCount(types: Readonly<Record<string, InstanceType>>): number {
  return types["web"]?.count ?? 0;
}

function warmUntil({ observed, release }: ServingFacts): number | null {
  const ours = observed.instances.find(({ id }) => id.release === release.id && id.type === "web");
  return ours?.retireAt ?? null;
}
