import { releaseOf } from "../routing/route-table.ts";
import type { Lease } from "../engine/lease.ts";
import { purposeText } from "../engine/lease.ts";
import { whoText } from "../engine/who.ts";
import type { HostState } from "../hosts/host.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import { durationText, momentText } from "../shared/duration.ts";
import { fleetLines, type HostStanding } from "./status-fleet.ts";
import { scaleLines } from "./scale-text.ts";
import { textTable } from "./text-table.ts";

export interface Status {
  readonly project: string;
  readonly environment: string;
  readonly address: string;
  /** The keeper, or the only host. */
  readonly host: HostState;
  /** Every host of a fleet; absent where there is but one. */
  readonly hosts?: readonly HostStanding[];
  /** The counts that the project file says, by process type. */
  readonly configured: Readonly<Record<string, { readonly count: number; readonly singleton?: boolean }>>;
  /** How long the site's certificate runs yet, and what is wrong with it; absent where no host ends TLS. */
  readonly certificate?: { readonly text: string | undefined; readonly warnings: readonly string[] };
  /** What has to be said of servers that nobody logged in on, and of those that are in the project file no more. */
  readonly behind?: readonly string[];
  /** Schedules whose last run failed, in one line; `undefined` where none did. */
  readonly failing: string | undefined;
  readonly lease: Lease | undefined;
  /** A plan that has not ended: somebody carries it out just now, or was cut off. */
  readonly unfinished:
    | { readonly command: string; readonly release: string; readonly since: number; readonly goesOn: boolean }
    | undefined;
}

/** What `cozy status` prints: what is served, by which instances, what stays warm, and whether anybody is at work. */
export function statusText(status: Status, now: number): string {
  const { project, environment, address, host } = status;
  return [
    `${project} ${environment}  ${address}`,
    "",
    textTable(
      [
        ...servedRows(host, now),
        ...instanceRows(host, now),
        ...warmRows(host, now),
        ...scaleLines(host, status.configured).map((line) => ["scale", line]),
        ...(status.failing === undefined ? [] : [["failing", status.failing]]),
        ...(status.certificate?.text === undefined ? [] : [["certificate", status.certificate.text]]),
        leaseRow(status, now),
      ],
      "  ",
    ),
    ...(status.hosts === undefined ? [] : ["", ...fleetLines(status.hosts, environment)]),
    ...[...(status.behind ?? []), ...(status.certificate?.warnings ?? [])].flatMap((warning) => [
      "",
      warning,
    ]),
    ...advice(status),
  ].join("\n");
}

function servedRows({ routes, releases, current, supervised }: HostState, now: number): string[][] {
  const shares = Map.groupBy(Object.entries(routes), ([socket]) => releaseOf(socket));
  if (shares.size === 0) return [["serves", current === undefined ? "nothing yet" : "nothing"]];
  const stopped = supervised ? "" : "  (stopped)";
  return [...shares].map(([release, sockets]) => {
    const hundredths = sockets.reduce((sum, [, buckets]) => sum + buckets, 0);
    const known = releases.find(({ id }) => id === release);
    const age = known ? `  ${known.commitSubject}  (${durationText(now - known.createdAt)} old)` : "";
    return ["serves", `${release}${hundredths < 100 ? ` ${hundredths} %` : ""}${age}${stopped}`];
  });
}

function instanceRows({ instances, routes, types }: HostState, now: number): string[][] {
  const serving = new Set(Object.keys(routes).map(releaseOf));
  return instances
    .filter(({ id, retireAt }) => serving.has(id.release) || retireAt === undefined)
    .map((instance) => {
      const { release, type } = instance.id;
      return ["", instanceText(instance, types[release]?.[type]?.singleton === true, now)];
    });
}

function instanceText(
  { id, state, pid, startedAt, restarts, lastExit, memoryBytes }: InstanceStatus,
  isSingleton: boolean,
  now: number,
): string {
  const facts = [
    `${id.type}.${id.index}`.padEnd(10),
    state,
    pid === undefined ? "" : `pid ${pid}`,
    startedAt === undefined ? "" : `for ${durationText(now - startedAt)}`,
    memoryBytes === undefined ? "" : `${Math.round(memoryBytes / 1e6)} MB`,
    restarts === 0 ? "" : `${restarts} restarts`,
    restarts > 0 && lastExit ? `last ended ${lastExit.signal ?? `with ${lastExit.code}`}` : "",
    isSingleton ? "singleton" : "",
  ];
  return facts.filter((fact) => fact !== "").join("  ");
}

function warmRows({ instances, routes }: HostState, now: number): string[][] {
  const serving = new Set(Object.keys(routes).map(releaseOf));
  const warm = instances.filter(({ id, retireAt }) => retireAt !== undefined && !serving.has(id.release));
  return [...Map.groupBy(warm, ({ id }) => id.release)].map(([release, ours]) => [
    "warm",
    `${release}  for another ${durationText(Math.max(...ours.map(({ retireAt }) => retireAt ?? now)) - now)}`,
  ]);
}

function leaseRow({ lease }: Status, now: number): string[] {
  const holder = lease?.holder;
  if (holder === undefined) return ["lease", "free"];
  const left = holder.expiresAt - now;
  const until = left > 0 ? `runs for another ${durationText(left)}` : `ran out ${durationText(-left)} ago`;
  return [
    "lease",
    `${whoText(holder.owner)}, ${purposeText(holder.purpose)}, since ${momentText(holder.since)}, ${until}`,
  ];
}

function advice({ environment, unfinished, host }: Status): string[] {
  if (host.problem !== undefined) return ["", `The supervisor goes on, but is in trouble: ${host.problem}`];
  if (unfinished) {
    const { command, release, since, goesOn } = unfinished;
    if (goesOn) return ["", `The ${command} of ${release} goes on since ${momentText(since)}.`];
    return [
      "",
      `The ${command} of ${release}, begun ${momentText(since)}, was cut off.`,
      `Go on with it: cozy resume ${environment}. Take it back: cozy abort ${environment}.`,
    ];
  }
  if (host.current === undefined) return ["", `Deploy the first release: cozy deploy ${environment}`];
  if (!host.supervised) return ["", `Nothing runs. Start it: cozy start ${environment}`];
  return [];
}
