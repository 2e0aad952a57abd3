import type { Watch } from "../project/project.ts";
import { buckets, releaseOf, type Share } from "../routing/route-table.ts";
import { durationText } from "../shared/duration.ts";
import { proveServed } from "./operations/prove-served.ts";
import { switchRoutes } from "./operations/switch-routes.ts";
import { watchRelease } from "./operations/watch-release.ts";
import { tickMsOf } from "./operations/watch-release-times.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import { sharesOf, typesOf, type ServingFacts } from "./serving-facts.ts";
import { switchOperations } from "./serving-phases.ts";
import { instanceOfSocket, webSockets } from "./socket-name.ts";

/**
 * How a deploy moves the traffic, as the environment's strategy says: at once, or share by share with a watch after each. `before` is
 * what has to be done before the first share moves.
 */
export function trafficPhases(
  facts: ServingFacts,
  before: readonly (PlannedOperation | undefined)[],
): Phase[] {
  const { strategy } = facts.environment;
  if (strategy.kind === "canary") {
    const stable = runningShares(facts);
    if (stable.length > 0) return canaryPhases(facts, strategy, stable, before);
    const why =
      Object.keys(facts.observed.routes).length === 0
        ? "the first release"
        : "nothing of the release before runs";
    return switchPhase(facts, before, {
      title: `switch the route table at once: ${why}, so there is nothing to compare it with`,
    });
  }
  if (strategy.watch === undefined) return switchPhase(facts, before, {});
  const { watch } = strategy;
  const stable = [...new Set(Object.keys(facts.observed.routes).map(releaseOf))];
  if (stable.length === 0) {
    return switchPhase(facts, before, {
      title: "switch the route table, unwatched: the first release has nothing to be compared with",
    });
  }
  const watching = watchOperation(facts, {
    kind: "switch",
    share: buckets,
    steps: [buckets],
    last: true,
    stable,
    watch,
  });
  return switchPhase(facts, before, { after: [watching] });
}

/** Every step moves a share, proves that both releases serve, and watches; what answers no requests follows the last. */
function canaryPhases(
  facts: ServingFacts,
  { steps, watch }: { readonly steps: readonly number[]; readonly watch: Watch },
  stable: readonly Share[],
  before: readonly (PlannedOperation | undefined)[],
): Phase[] {
  const { observed, release } = facts;
  const { host } = observed;
  const ids = stable.flatMap(({ sockets }) => sockets.slice(0, 1).map(releaseOf));
  const own = ownSockets(facts);
  const moves = steps.flatMap((share, index) =>
    phase(`canary-${share}`, `Canary at ${share} %`, [
      ...(index === 0 ? before : []),
      planned(
        switchRoutes,
        `move ${share} % of the traffic`,
        {
          host,
          to: [{ hundredths: share, sockets: own }, ...scaled(stable, buckets - share)],
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
          environment: facts.environment.name,
          check: release.ready,
          beside: ids,
        },
        `-${share}`,
      ),
      watchOperation(facts, {
        kind: "canary",
        share,
        steps,
        last: index === steps.length - 1,
        stable: ids,
        watch,
      }),
    ]),
  );
  return [...moves, ...switchPhase(facts, [], {})];
}

function switchPhase(
  facts: ServingFacts,
  before: readonly (PlannedOperation | undefined)[],
  how: Parameters<typeof switchOperations>[1],
): Phase[] {
  return phase("switch", "Switch the traffic", [...before, ...switchOperations(facts, how)]);
}

interface Watching {
  readonly kind: "canary" | "switch";
  readonly share: number;
  readonly steps: readonly number[];
  readonly last: boolean;
  readonly stable: readonly string[];
  readonly watch: Watch;
}

function watchOperation(facts: ServingFacts, watching: Watching): PlannedOperation {
  const { environment, observed, release } = facts;
  const { bakeMs } = watching.watch;
  const least = `watch it for ${durationText(bakeMs)}`;
  return planned(
    watchRelease,
    watching.last ? `${least}, until its verdict` : least,
    {
      host: observed.host,
      release: release.id,
      environment: environment.name,
      ...watching,
      tickMs: tickMsOf(bakeMs),
      check: release.ready,
      instances: ownSockets(facts).length,
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
