import type { ReleaseRecord } from "../hosts/host.ts";
import { hostsOf, type FleetFacts } from "./fleet.ts";
import type { InstanceType } from "./instance-types.ts";
import { awaitSteady } from "./operations/await-steady.ts";
import { startInstances } from "./operations/start-instances.ts";
import { stopSingletons } from "./operations/stop-singletons.ts";
import { planned, type Part } from "./planned.ts";
import type { PlannedOperation } from "./plan.ts";
import {
  declaredTypes,
  restartsOf,
  runningOf,
  stopTimeoutOf,
  typesOf,
  typesOnHost,
  type ServingFacts,
} from "./serving-facts.ts";

/**
 * How long a worker or scheduler that logs nothing to know it by has to stay up before it counts as started. Python takes longer to come
 * to the line that ends it.
 */
export function steadyMs({ stack }: Pick<ReleaseRecord, "stack">): number {
  return stack === "django" ? 3_000 : 1_000;
}

/**
 * What answers no requests follows once the web instances are proven. Of a singleton the old one has ended, on whichever host, before the
 * new one starts; workers of both releases overlap, and the old ones are told to end when the release is in force.
 */
export function workerParts(facts: FleetFacts): Part[] {
  const hosts = hostsOf(facts);
  const ends = hosts.flatMap(handoverOperations);
  const starts = { name: "workers", title: "Let the workers follow" };
  // Where they end on the very host that starts theirs, its own order suffices and no host waits for another.
  const elsewhere = hosts.some((host) => !host.singletons && handoverOperations(host).length > 0);
  if (!elsewhere) return [{ ...starts, operations: hosts.flatMap(workerOperations) }];
  return [
    { name: "singletons", title: "End what runs only once", operations: ends },
    { ...starts, operations: hosts.flatMap(followOperations) },
  ];
}

/** All of it on one host. */
export function workerOperations(facts: ServingFacts): PlannedOperation[] {
  return [...handoverOperations(facts), ...followOperations(facts)];
}

function handoverOperations(facts: ServingFacts): PlannedOperation[] {
  const { observed } = facts;
  return handovers(facts).map(({ id, types: old }) =>
    planned(
      stopSingletons,
      `stop ${old.join(", ")} of ${id}`,
      { host: observed.host, release: id, types: old, timeoutMs: stopTimeoutOf(observed, id, old) },
      `-${id}`,
    ),
  );
}

export function followOperations(facts: ServingFacts): PlannedOperation[] {
  const { observed, release } = facts;
  const present = Object.entries(typesOf(facts)).filter(([type, { count }]) => type !== "web" && count > 0);
  const singletons = namesOf(present.filter(([, { singleton }]) => singleton));
  const others = namesOf(present.filter(([, { singleton }]) => !singleton));
  const types = [...singletons, ...others];
  if (types.length === 0) return [];
  return [
    ...(singletons.length > 0 ? [start(facts, singletons, "-singletons")] : []),
    ...(others.length > 0 ? [start(facts, others, "-others")] : []),
    planned(awaitSteady, `${types.join(", ")} ${types.length === 1 ? "stays" : "stay"} up`, {
      host: observed.host,
      release: release.id,
      types,
      forMs: steadyMs(release),
      ready: Object.fromEntries(present.map(([type, { ready }]) => [type, ready ?? null])),
      restartsBefore: restartsOf(observed.instances, release.id),
    }),
  ];
}

export interface Handover {
  /** The release whose instances end. */
  readonly id: string;
  readonly types: readonly string[];
}

/**
 * The instances of other releases that end before this release's singletons start: what is a singleton there, under whatever name, and
 * what is one here, however many of it run.
 */
export function handovers(facts: ServingFacts): Handover[] {
  const { observed, release } = facts;
  const own = declaredTypes(facts);
  if (!Object.values(own).some(({ singleton, count }) => singleton && count > 0)) return [];
  const others = new Set(observed.instances.map(({ id }) => id.release).filter((id) => id !== release.id));
  return [...others]
    .map((id) => {
      const declared = observed.types[id] ?? {};
      const types = typesOnHost(observed, id).filter(
        (type) => type !== "web" && (declared[type]?.singleton === true || own[type]?.singleton === true),
      );
      return { id, types };
    })
    .filter(({ types }) => types.length > 0);
}

function start(facts: ServingFacts, types: readonly string[], suffix: string): PlannedOperation {
  const { observed, release } = facts;
  const own = typesOf(facts);
  return planned(
    startInstances,
    `start ${types.map((type) => instancesText(type, own[type])).join(", ")}`,
    {
      host: observed.host,
      release: release.id,
      types,
      count: types.reduce((sum, type) => sum + (own[type]?.count ?? 0), 0),
      warmUntil: null,
      keeps: runningOf(facts, types),
    },
    suffix,
  );
}

/** `worker`, or `worker ×2`. */
export function instancesText(type: string, how: InstanceType | undefined): string {
  return how === undefined || how.count === 1 ? type : `${type} ×${how.count}`;
}

function namesOf(types: readonly (readonly [string, InstanceType])[]): string[] {
  return types.map(([type]) => type);
}
