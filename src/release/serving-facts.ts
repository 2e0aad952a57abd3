import type { HostState, ReleaseRecord, RestartsBefore } from "../hosts/host.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import type { Environment } from "../project/project.ts";
import { releaseOf, type Share } from "../routing/route-table.ts";
import { instanceTypes, type InstanceType } from "./instance-types.ts";

/** What putting a release into force on one host is planned from. */
export interface ServingFacts {
  readonly environment: Environment;
  readonly observed: HostState;
  readonly release: Omit<ReleaseRecord, "artifact">;
  /** Whether the host runs what runs once over the environment: one host of a fleet does. */
  readonly singletons: boolean;
}

/** What the release has instances of on this host, as many as will run. */
export function typesOf(facts: ServingFacts): Readonly<Record<string, InstanceType>> {
  const { singletons } = facts;
  return Object.fromEntries(
    Object.entries(declaredTypes(facts)).filter(([, { singleton }]) => singletons || !singleton),
  );
}

/** What the release has instances of anywhere. */
export function declaredTypes({
  observed,
  release,
}: Pick<ServingFacts, "observed" | "release">): Readonly<Record<string, InstanceType>> {
  return instanceTypes(release, observed.scale);
}

/** How many of each of these types the release runs already, those that are only warm not counted. */
export function runningOf(
  { observed, release }: Pick<ServingFacts, "observed" | "release">,
  types: readonly string[],
): Readonly<Record<string, number>> {
  const ours = observed.instances.filter(
    ({ id, retireAt }) => id.release === release.id && types.includes(id.type) && retireAt === undefined,
  );
  return Object.fromEntries(
    [...Map.groupBy(ours, ({ id }) => id.type)].map(([type, running]) => [type, running.length]),
  );
}

/** The table in force as shares, so that an undo brings back just what was there. */
export function sharesOf(observed: HostState): Share[] {
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

/** The types that a release has instances of just now. */
export function typesOnHost({ instances }: HostState, release: string): string[] {
  return [...new Set(instances.filter(({ id }) => id.release === release).map(({ id }) => id.type))];
}

/** The longest that instances of these types may take to end, as their own release declares it. */
export function stopTimeoutOf({ types }: HostState, release: string, of: readonly string[]): number {
  return Math.max(0, ...of.map((type) => types[release]?.[type]?.stopTimeoutMs ?? 30_000));
}
