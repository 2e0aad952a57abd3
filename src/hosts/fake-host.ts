import { thisPlatform } from "../artifacts/platform.ts";
import { createBeforeCounter } from "../canary/traffic-before.ts";
import { createTrafficCounter } from "../canary/traffic.ts";
import { RequestCounter } from "../promises/request-counts.ts";
import type { AccessLine } from "../routing/access-line.ts";
import { isSelected, type InstanceSelection, type InstanceStatus } from "../instances/instance.ts";
import { releaseOf, type Share } from "../routing/route-table.ts";
import { instanceTypes, type Scale } from "../release/instance-types.ts";
import { socketName } from "../release/socket-name.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import type { Host, HostState, InFlight, Placement, ReleaseRecord } from "./host.ts";

/** What a test can make go wrong, and look at. */
export interface FakeHost extends Host {
  readonly calls: string[];
  readonly records: Map<string, ReleaseRecord>;
  readonly variables: Map<string, ResolvedVariables>;
  readonly published: Set<string>;
  /** Thrown by the next call of that name. */
  failNext(method: string, error: Error): void;
  /** The exit code of one-off commands, by their first word. */
  readonly exitCodes: Map<string, number>;
  readonly notReady: Set<string>;
  inFlightBySocket: Record<string, InFlight>;
  /** What its proxy served. */
  readonly accessLog: AccessLine[];
  /** Changes how the supervisor sees an instance. */
  changeInstance(socket: string, change: Partial<InstanceStatus>): void;
  /** The largest token that it has seen; a switch with a smaller one is refused. */
  token: number;
  /** Whether a balancer sends it traffic; `undefined` without a balancer. */
  inRotation: boolean | undefined;
  /** Its process or its network is gone: whatever is asked of it fails. */
  dead: boolean;
}

/** A host in memory that keeps the promises of the port; the same contract suite runs against it and against a real one. */
export function fakeHost(name = "fake", now: () => number = () => 0): FakeHost {
  const records = new Map<string, ReleaseRecord>();
  const variables = new Map<string, ResolvedVariables>();
  const published = new Set<string>();
  const instances = new Map<string, InstanceStatus>();
  const failures = new Map<string, Error>();
  const exitCodes = new Map<string, number>();
  const notReady = new Set<string>();
  const calls: string[] = [];
  let current: string | undefined;
  let scale: Scale = {};
  let routes: Record<string, number> = {};
  let supervised = false;

  const reached = (signal: AbortSignal): void => {
    signal.throwIfAborted();
    if (host.dead) throw new CozyError("host-unreachable", { message: `${name} can't be reached.` });
  };
  const called = (method: string, signal: AbortSignal, detail = ""): void => {
    reached(signal);
    calls.push(detail ? `${method} ${detail}` : method);
    const failure = failures.get(method);
    failures.delete(method);
    if (failure) throw failure;
  };
  const selected = (select: InstanceSelection): [string, InstanceStatus][] =>
    [...instances].filter(([, { id }]) => isSelected(id, select));
  const record = (release: string): ReleaseRecord => {
    const found = records.get(release);
    if (!found) throw new CozyError("unknown-release", { message: `${name} keeps no release ${release}.` });
    return found;
  };

  const host: FakeHost = {
    name,
    calls,
    records,
    variables,
    published,
    exitCodes,
    notReady,
    inFlightBySocket: {},
    accessLog: [],
    token: 1,
    inRotation: undefined,
    dead: false,
    changeInstance(socket, change) {
      const status = instances.get(socket);
      if (status) instances.set(socket, { ...status, ...change });
    },
    failNext: (method, error) => void failures.set(method, error),
    async observe(signal): Promise<HostState> {
      reached(signal);
      return {
        host: name,
        clock: now(),
        freeBytes: 1e9,
        releases: [...records.values()].map(({ id, commit, commitSubject, artifact, createdAt }) => ({
          id,
          commit,
          commitSubject,
          artifact,
          createdAt,
          damaged: undefined,
        })),
        current,
        routes: { ...routes },
        instances: [...instances.values()],
        types: Object.fromEntries(
          [...new Set([...instances.values()].map(({ id }) => id.release))].map((release) => [
            release,
            instanceTypes(record(release), {}),
          ]),
        ),
        scale,
        inRotation: host.inRotation,
        supervised,
      };
    },
    async platform(signal) {
      reached(signal);
      return thisPlatform();
    },
    async placeRelease(placement: Placement, signal) {
      called("placeRelease", signal, placement.release.id);
      records.set(placement.release.id, placement.release);
      variables.set(placement.release.id, placement.variables);
    },
    async readRelease(release, signal) {
      reached(signal);
      return record(release);
    },
    async readReleases(signal) {
      reached(signal);
      return [...records.values()];
    },
    async removeReleases(releases, signal) {
      called("removeReleases", signal, releases.join(" "));
      for (const release of releases) {
        if (release === current || Object.keys(routes).some((socket) => releaseOf(socket) === release))
          continue;
        records.delete(release);
        variables.delete(release);
        published.delete(release);
      }
    },
    async setCurrent(release, signal) {
      called("setCurrent", signal, release);
      current = release;
    },
    async setScale(counts, signal) {
      called("setScale", signal, JSON.stringify(counts));
      scale = { ...counts };
    },
    async publishStatic(release, signal) {
      called("publishStatic", signal, release);
      record(release);
      published.add(release);
      return [];
    },
    async ensureAgents(_proxy, signal) {
      called("ensureAgents", signal);
      const state = supervised ? "was running" : "started";
      supervised = true;
      return { supervisor: state, proxy: state };
    },
    async stopAgents(signal) {
      called("stopAgents", signal);
      instances.clear();
      supervised = false;
    },
    async startInstances({ release, types }, signal) {
      called("startInstances", signal, `${release} ${types?.join(" ") ?? ""}`.trim());
      for (const [type, { count }] of Object.entries(instanceTypes(record(release), scale))) {
        if (types !== undefined && !types.includes(type)) continue;
        for (let index = 0; index < count; index += 1) {
          const id = { release, type, index };
          const before = instances.get(socketName(id));
          instances.set(socketName(id), before ? { ...before, retireAt: undefined } : running(id, now()));
        }
      }
    },
    async stopInstances(select, signal) {
      const index = select.index === undefined ? "" : `.${select.index}`;
      called("stopInstances", signal, `${select.release} ${select.types?.join(" ") ?? ""}${index}`.trim());
      for (const [key] of selected(select)) instances.delete(key);
      return { killed: [] };
    },
    async retireInstances(select, at, signal) {
      called("retireInstances", signal, select.release);
      for (const [key, status] of selected(select)) instances.set(key, { ...status, retireAt: at });
    },
    async awaitReady(release, _check, _before, signal) {
      called("awaitReady", signal, release);
      if (!notReady.has(release)) return { ok: true, faults: [], tail: [] };
      return {
        ok: false,
        faults: ["web.0 answers GET /ready: status 503 instead of 200"],
        tail: ["cannot connect"],
      };
    },
    async awaitSteady({ release }, signal) {
      called("awaitSteady", signal, release);
      return { ok: true, faults: [], tail: [] };
    },
    async smoke(release, checks, signal) {
      called("smoke", signal, release);
      return checks.map((check) => ({
        check: check.kind === "request" ? `GET ${check.path}` : check.command.join(" "),
        ok: true,
        reason: undefined,
        durationMs: 1,
      }));
    },
    async runOnce({ release, command }, signal) {
      called("runOnce", signal, command.join(" "));
      record(release);
      const exitCode = exitCodes.get(command[0] ?? "") ?? 0;
      return { exitCode, signal: null, tail: exitCode === 0 ? [] : [`${command[0]} failed`] };
    },
    async raiseFence(token, signal) {
      called("raiseFence", signal, String(token));
      host.token = Math.max(host.token, token);
      return host.token;
    },
    async setRotation(inRotation, signal) {
      called("setRotation", signal, String(inRotation));
      if (host.inRotation !== undefined) host.inRotation = inRotation;
    },
    async switchRoutes(token, shares: readonly Share[], signal) {
      called("switchRoutes", signal);
      if (token < host.token)
        throw new CozyError("lease-lost", { message: "Another deployer has taken the lease over." });
      host.token = token;
      routes = Object.fromEntries(
        shares.flatMap(({ hundredths, sockets }) =>
          sockets.map((socket) => [socket, hundredths / sockets.length]),
        ),
      );
    },
    async prove(_check, signal) {
      called("prove", signal);
      const bySockets = Map.groupBy(Object.keys(routes), releaseOf);
      return {
        served: Object.fromEntries([...bySockets].map(([release, sockets]) => [release, sockets.length])),
        failures: [],
      };
    },
    async traffic(request, signal) {
      called("traffic", signal);
      const counter = createTrafficCounter(request);
      for (const line of host.accessLog) counter.add(line);
      return counter.traffic;
    },
    async trafficBefore(request, signal) {
      called("trafficBefore", signal);
      const counter = createBeforeCounter(request);
      for (const line of host.accessLog) counter.add(line);
      return counter.baseline;
    },
    async countRequests(spans, signal) {
      called("countRequests", signal);
      const counters = spans.map((span) => new RequestCounter(span));
      for (const line of host.accessLog) for (const counter of counters) counter.add(line);
      const ends = host.accessLog.map(({ time, ms }) => Date.parse(time) + ms);
      const begin = ends.length === 0 ? undefined : Math.min(...ends);
      return { counts: counters.map((counter) => counter.counts(0)), begin };
    },
    async inFlight(signal) {
      called("inFlight", signal);
      return host.inFlightBySocket;
    },
  };
  return host;
}

function running(id: InstanceStatus["id"], at: number): InstanceStatus {
  return {
    id,
    state: "running",
    pid: 1000 + id.index,
    startedAt: at,
    restarts: 0,
    lastExit: undefined,
    retireAt: undefined,
    memoryBytes: undefined,
    socket: id.type === "web" ? socketName(id) : undefined,
  };
}
