import type { HostState, ReleaseRecord, RestartsBefore } from "../hosts/host.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import type { Environment } from "../project/project.ts";
import { releaseOf, type Share } from "../routing/route-table.ts";
import { awaitReady } from "./operations/await-ready.ts";
import { awaitSteady } from "./operations/await-steady.ts";
import { endWarmInstances } from "./operations/end-warm-instances.ts";
import { proveServed } from "./operations/prove-served.ts";
import { retireInstances } from "./operations/retire-instances.ts";
import { setCurrent } from "./operations/set-current.ts";
import { smoke } from "./operations/smoke.ts";
import { startInstances } from "./operations/start-instances.ts";
import { stopInstances } from "./operations/stop-instances.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { webSockets } from "./socket-name.ts";

/** How long a worker or scheduler has to stay up before it counts as started. */
const steadyMs = 1_000;

export interface ServingFacts {
  readonly environment: Environment;
  readonly observed: HostState;
  readonly release: Omit<ReleaseRecord, "artifact">;
}

/** Starts the web instances beside those that serve, and asks them before any user does: the same for a deploy and a rollback. */
export function startPhases(facts: ServingFacts): Phase[] {
  const { observed, release } = facts;
  const { host } = observed;
  const environment = facts.environment.name;
  const { ready, smoke: checks } = release;
  const count = release.processes["web"]?.count ?? 0;
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

/** Moves the traffic, proves it, and names the release in force; workers follow once the web instances are proven. */
export function switchOperations({ environment, observed, release }: ServingFacts): PlannedOperation[] {
  const { host } = observed;
  const to: Share[] = [
    { hundredths: 100, sockets: webSockets(release.id, release.processes["web"]?.count ?? 0) },
  ];
  const others = otherTypes(release.processes);
  const count = others.reduce((sum, type) => sum + (release.processes[type]?.count ?? 0), 0);
  return [
    planned(switchRoutes, "switch the route table", { host, to, back: sharesOf(observed) }),
    planned(proveServed, "prove what is served", {
      host,
      release: release.id,
      environment: environment.name,
      check: release.ready,
    }),
    ...(count > 0
      ? [
          planned(
            startInstances,
            `start ${others.join(", ")}`,
            {
              host,
              release: release.id,
              types: others,
              count,
              warmUntil: null,
            },
            "-others",
          ),
          planned(awaitSteady, `${others.join(", ")} stay up`, {
            host,
            release: release.id,
            types: others,
            forMs: steadyMs,
            restartsBefore: restartsOf(observed.instances, release.id),
          }),
        ]
      : []),
    planned(setCurrent, "name it current", { host, release: release.id, previous: observed.current ?? null }),
  ];
}

/** From here on the release is in force: the old one's workers end, its web instances stay warm for a while. */
export function settlePhases(facts: ServingFacts): Phase[] {
  const { observed, release } = facts;
  const old = observed.instances.map(({ id }) => id.release).filter((id) => id !== release.id);
  return phase(
    "settle",
    "Let the old release go",
    [...new Set(old)].flatMap((id) => letGo(facts, id)),
    true,
  );
}

function letGo({ environment, observed }: ServingFacts, id: string): (PlannedOperation | undefined)[] {
  const { host } = observed;
  const { drain, keep } = environment;
  const types = [
    ...new Set(observed.instances.filter((one) => one.id.release === id).map((one) => one.id.type)),
  ];
  const others = types.filter((type) => type !== "web");
  const timeoutMs = Math.max(
    0,
    ...others.map((type) => environment.processes[type]?.stopTimeoutMs ?? 30_000),
  );
  const web = types.includes("web");
  return [
    others.length > 0
      ? planned(
          stopInstances,
          `stop ${others.join(", ")} of ${id}`,
          { host, release: id, types: others, timeoutMs },
          `-${id}`,
        )
      : undefined,
    web && servesNow(observed, id)
      ? planned(retireInstances, `drain ${id}`, { host, release: id, drain, warmMs: keep.warmMs }, `-${id}`)
      : undefined,
    web && !servesNow(observed, id)
      ? planned(endWarmInstances, `end ${id}, warm until now`, { host, release: id, drain }, `-${id}`)
      : undefined,
  ];
}

/** The table in force as shares, so that an undo brings back just what was there. */
function sharesOf(observed: HostState): Share[] {
  const byRelease = Map.groupBy(Object.keys(observed.routes), releaseOf);
  return [...byRelease.values()].map((sockets) => ({
    hundredths: sockets.reduce((sum, socket) => sum + (observed.routes[socket] ?? 0), 0),
    sockets,
  }));
}

/** How often a release's instances had been started again when the plan was made. */
export function restartsOf(instances: readonly InstanceStatus[], release: string): RestartsBefore {
  const ours = instances.filter(({ id, restarts }) => id.release === release && restarts > 0);
  return Object.fromEntries(ours.map(({ id, restarts }) => [`${id.type}.${id.index}`, restarts]));
}

function servesNow(observed: HostState, release: string): boolean {
  return Object.keys(observed.routes).some((socket) => releaseOf(socket) === release);
}

function otherTypes(processes: ReleaseRecord["processes"]): string[] {
  return Object.keys(processes).filter((type) => type !== "web" && (processes[type]?.count ?? 0) > 0);
}

function warmUntil({ observed, release }: ServingFacts): number | null {
  const ours = observed.instances.find(({ id }) => id.release === release.id && id.type === "web");
  return ours?.retireAt ?? null;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
