import type { InstanceSpec, InstanceStatus } from "../instances/instance.ts";
import type { ReadyCheck, SmokeCheck } from "../project/project.ts";
import type { Share } from "../routing/route-table.ts";

/**
 * One machine that runs instances, as the release operations need it. Each method is one round trip, so that an adapter for a
 * server can carry it out as one script; every one takes a signal, which also carries its deadline. All can be called again with
 * the same arguments: a deployer may be killed between an effect and its record.
 */
export interface Host {
  readonly name: string;

  /** Everything that a plan is made from, in one look. */
  observe(signal: AbortSignal): Promise<HostState>;

  /** Lays the release's folder: the artifact's files, links to what outlives releases, its environment (mode 0600), `release.json`. */
  placeRelease(placement: Placement, signal: AbortSignal): Promise<void>;
  /** Removes the folders and static files of releases; never the one that `current` names or the route table leads to. */
  removeReleases(releases: readonly string[], signal: AbortSignal): Promise<void>;
  setCurrent(release: string | undefined, signal: AbortSignal): Promise<void>;
  /** Adds the release's static files to those that are served; those of earlier releases stay. */
  publishStatic(release: string, signal: AbortSignal): Promise<void>;

  /** Makes sure that the supervisor and the proxy run, in the version that this cozy brings, without losing a request. */
  ensureAgents(proxy: ProxySettings, signal: AbortSignal): Promise<AgentsReport>;
  startInstances(specs: readonly InstanceSpec[], signal: AbortSignal): Promise<void>;
  /** Stops them within their own stop time-outs, and forgets them. */
  stopInstances(select: InstanceSelection, signal: AbortSignal): Promise<void>;
  /** Has the supervisor stop them at that time (milliseconds since the epoch) by itself; `undefined` keeps them. */
  retireInstances(select: InstanceSelection, at: number | undefined, signal: AbortSignal): Promise<void>;
  instances(signal: AbortSignal): Promise<readonly InstanceStatus[]>;

  /** Asks an instance on its own socket, not through the proxy. */
  request(socket: string, check: RequestCheck, signal: AbortSignal): Promise<CheckAnswer>;

  /** Runs a command of the release once, with its code, variables and limits. */
  runOnce(run: OneOff, signal: AbortSignal): Promise<CommandResult>;

  /** Copies the database aside before something changes it; `undefined` where there is none yet. */
  backUpDatabase(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly file: string; readonly sizeBytes: number } | undefined>;

  /** Compares the fencing token and puts a new table into force, as one step that no other deployer can come between. */
  switchRoutes(token: number, shares: readonly Share[], signal: AbortSignal): Promise<void>;
  /** Reads the served release back through the proxy, from every instance that the table leads to. */
  prove(check: ReadyCheck, signal: AbortSignal): Promise<Proof>;
  /** Requests and streams in flight, by socket, as the proxy counts them. */
  inFlight(signal: AbortSignal): Promise<Readonly<Record<string, InFlight>>>;
}

export interface HostState {
  readonly host: string;
  /** The host's own time, in milliseconds since the epoch. */
  readonly clock: number;
  readonly freeBytes: number;
  readonly releases: readonly ReleaseOnHost[];
  readonly current: string | undefined;
  /** Sockets of the table in force, with the number of buckets that lead to each. */
  readonly routes: Readonly<Record<string, number>>;
  readonly instances: readonly InstanceStatus[];
  /** Whether a supervisor answers. */
  readonly supervised: boolean;
  /** Why the proxy's port can't be had, where another program holds it. */
  readonly portConflict: string | undefined;
}

export interface ReleaseOnHost {
  readonly id: string;
  readonly commit: string;
  readonly artifact: string;
  readonly placedAt: number;
  /** Set where `release.json` could not be read; such a release can be removed but not served. */
  readonly damaged: string | undefined;
}

export interface Placement {
  readonly release: ReleaseRecord;
  /** The artifact built from this source (`by-source/<key>`). */
  readonly artifactKey: string;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly persist: readonly string[];
}

/** `release.json`: what a release is, kept with it, so that a rollback starts it as it was and not as the newest config says. */
export interface ReleaseRecord {
  readonly format: 1;
  readonly id: string;
  readonly project: string;
  readonly environment: string;
  readonly commit: string;
  readonly commitSubject: string;
  readonly artifact: string;
  readonly createdAt: number;
  readonly processes: Readonly<Record<string, import("../project/project.ts").ProcessType>>;
  readonly ready: ReadyCheck;
  readonly smoke: readonly SmokeCheck[];
  readonly drain: import("../project/project.ts").Drain;
  readonly hooks: import("../project/project.ts").App["hooks"];
  readonly staticUrl: string | undefined;
}

export interface ProxySettings {
  readonly address: string;
  readonly port: number;
  readonly staticUrl: string | undefined;
  readonly mediaUrl: string | undefined;
}

export interface AgentsReport {
  readonly supervisor: "was running" | "started" | "replaced";
  readonly proxy: "was running" | "started" | "replaced";
}

export interface InstanceSelection {
  readonly release: string;
  /** All process types when absent. */
  readonly types?: readonly string[];
}

export interface RequestCheck {
  readonly path: string;
  readonly status: number;
  readonly text?: string | undefined;
  readonly timeoutMs: number;
}

export interface CheckAnswer {
  readonly ok: boolean;
  /** Why not, with what came back: `503 instead of 200`, `no answer within 2 s`. */
  readonly reason: string | undefined;
  readonly durationMs: number;
}

export interface OneOff {
  readonly release: string;
  readonly command: readonly string[];
  /** Variables on top of the release's: `COZY_HOOK`, … */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onOutput?: (stream: "stdout" | "stderr", line: string) => void;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines of both streams, for an error message. */
  readonly tail: readonly string[];
}

export interface Proof {
  /** The releases that answered, each with the number of instances that did. */
  readonly served: Readonly<Record<string, number>>;
  /** What did not answer as it should. */
  readonly failures: readonly string[];
}

export interface InFlight {
  readonly requests: number;
  readonly streams: number;
}
