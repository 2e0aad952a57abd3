import type { Watch } from "../project/project.ts";
import { buckets, releaseOf, type Share } from "../routing/route-table.ts";
import { durationText } from "../shared/duration.ts";
import { hostsOf, keeperOf, type Fleet, type FleetFacts } from "./fleet.ts";
import { proveServed } from "./operations/prove-served.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { watchRelease } from "./operations/watch-release.ts";
import { tickMsOf } from "./operations/watch-release-times.ts";
import { parted, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { sharesOf, typesOf, type ServingFacts } from "./serving-facts.ts";
import { beforeSwitch, switchPhases } from "./serving-phases.ts";
import { instanceOfSocket, webSockets } from "./socket-name.ts";

/**
 * How a deploy moves the traffic, as the environment's strategy says: at once, or share by share with a watch after each, on all hosts
 * together. `before` is what has to be done before the first share moves.
 */
export function trafficPhases(facts: FleetFacts, before: readonly (PlannedOperation | undefined)[]): Phase[] {
  const { strategy } = facts.environment;
  if (strategy.kind === "canary") {
    const arms = hostsOf(facts).flatMap(armsOf);
    if (arms.length > 0) return canaryPhases(facts, strategy, arms, before);
    const why = servesNothing(facts) ? "the first release" : "nothing of the release before runs";
    return switchPhases(facts, before, {
      title: `switch the route table at once: ${why}, so there is nothing to compare it with`,
    });
  }
  if (strategy.watch === undefined) return switchPhases(facts, before);
  const { watch } = strategy;
  const stable = [...new Set(facts.fleet.flatMap(({ routes }) => Object.keys(routes).map(releaseOf)))];
  if (stable.length === 0) {
    return switchPhases(facts, before, {
      title: "switch the route table, unwatched: the first release has nothing to be compared with",
    });
  }
  const watching = watchOperation(facts, facts.fleet, {
    kind: "switch",
    share: buckets,
    steps: [buckets],
    last: true,
    stable,
    watch,
  });
  return switchPhases(facts, before, { after: [watching] });
}

function servesNothing({ fleet }: FleetFacts): boolean {
  return fleet.every(({ routes }) => Object.keys(routes).length === 0);
}

/** A host on which a canary can be compared with something. One that serves nothing yet gets all of it in the end, and no share before. */
interface Arms {
  readonly host: ServingFacts;
  readonly stable: readonly Share[];
}

function armsOf(host: ServingFacts): Arms[] {
  const stable = runningShares(host);
  return stable.length === 0 ? [] : [{ host, stable }];
}

/** Every step moves a share, proves that both releases serve, and watches; what answers no requests follows the last. */
function canaryPhases(
  facts: FleetFacts,
  { steps, watch }: { readonly steps: readonly number[]; readonly watch: Watch },
  arms: readonly Arms[],
  before: readonly (PlannedOperation | undefined)[],
): Phase[] {
  const stable = [...new Set(arms.flatMap(stableIds))];
  const watched = arms.map(({ host }) => host.observed);
  const moves = steps.flatMap((share, index) => {
    const step = { name: `canary-${share}`, title: `Canary at ${share} %` };
    const watching = watchOperation(facts, watched, {
      kind: "canary",
      share,
      steps,
      last: index === steps.length - 1,
      stable,
      watch,
    });
    return parted(facts.fleet, step, [
      beforeSwitch(index === 0 ? before : []),
      { ...step, operations: arms.flatMap((one) => stepOperations(one, share)) },
      { name: `watch-${share}`, title: `Watch it at ${share} %`, operations: [watching] },
    ]);
  });
  return [...moves, ...switchPhases(facts, [])];
}

function stepOperations(arms: Arms, share: number): PlannedOperation[] {
  const { observed, release, environment } = arms.host;
  const { host } = observed;
  return [
    planned(
      switchRoutes,
      `move ${share} % of the traffic`,
      {
        host,
        to: [{ hundredths: share, sockets: ownSockets(arms.host) }, ...scaled(arms.stable, buckets - share)],
        back: sharesOf(observed),
        gains: release.id,
      },
      `-${share}`,
    ),
    planned(
      proveServed,
      "prove that both are served",
      {
        host,
        release: release.id,
        environment: environment.name,
        check: release.ready,
        beside: stableIds(arms),
      },
      `-${share}`,
    ),
  ];
}

function stableIds({ stable }: Arms): string[] {
  return stable.flatMap(({ sockets }) => sockets.slice(0, 1).map(releaseOf));
}

interface Watching {
  readonly kind: "canary" | "switch";
  readonly share: number;
  readonly steps: readonly number[];
  readonly last: boolean;
  readonly stable: readonly string[];
  readonly watch: Watch;
}

/** One watch over all hosts, of the traffic that all of them served. */
function watchOperation(facts: FleetFacts, hosts: Fleet, watching: Watching): PlannedOperation {
  const { environment, fleet, release } = facts;
  const [keeper] = hostsOf(facts);
  const { bakeMs } = watching.watch;
  const least = `watch it for ${durationText(bakeMs)}`;
  return planned(
    watchRelease,
    watching.last ? `${least}, until its verdict` : least,
    {
      host: keeperOf(fleet).host,
      ...(fleet.length > 1 ? { hosts: hosts.map(({ host }) => host) } : {}),
      release: release.id,
      environment: environment.name,
      ...watching,
      tickMs: tickMsOf(bakeMs),
      check: release.ready,
      instances: keeper === undefined ? 0 : ownSockets(keeper).length,
    },
    `-${watching.share}`,
  );
}

function ownSockets(facts: ServingFacts): string[] {
  return webSockets(facts.release.id, typesOf(facts)["web"]?.count ?? 0);
}

/** What serves now, but for instances that don't run: nobody is to be led to those for longer than he is now. */
function runningShares({ observed, release }: ServingFacts): Share[] {
  const running = observed.instances.filter(({ state }) => state === "running").map(({ id }) => id);
  const runs = (socket: string) => {
    const id = instanceOfSocket(socket);
    return running.some(
      (one) => one.release === id?.release && one.type === id.type && one.index === id.index,
    );
  };
  if (!observed.supervised) return [];
  return sharesOf(observed)
    .map(({ hundredths, sockets }) => ({ hundredths, sockets: sockets.filter(runs) }))
    .filter(({ sockets: [first] }) => first !== undefined && releaseOf(first) !== release.id);
}

/** The same shares of so many hundredths; what is left of the rounding goes to those that lost most by it. */
function scaled(shares: readonly Share[], hundredths: number): Share[] {
  const sum = shares.reduce((total, share) => total + share.hundredths, 0);
  const exact = shares.map((share) => (share.hundredths * hundredths) / sum);
  const whole = exact.map(Math.floor);
  const order = exact
    .map((value, index) => ({ index, lost: value - Math.floor(value) }))
    .toSorted((a, b) => b.lost - a.lost);
  const left = hundredths - whole.reduce((total, value) => total + value, 0);
  for (const { index } of order.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return shares
    .map(({ sockets }, index) => ({ hundredths: whole[index] ?? 0, sockets }))
    .filter((share) => share.hundredths > 0);
}
