import type { Platform } from "../artifacts/platform.ts";
import type { BeforeRequest } from "../canary/traffic-before.ts";
import type { Traffic, TrafficRequest } from "../canary/traffic.ts";
import type { Baseline } from "../canary/verdict.ts";
import type { LoggedRequests } from "../promises/count-requests.ts";
import type { CountSpan } from "../promises/request-counts.ts";
import type { InstanceSelection, InstanceStatus, KilledInstance } from "../instances/instance.ts";
import type {
  App,
  Backups,
  Drain,
  ProcessType,
  ReadyCheck,
  ReadyOutput,
  Schedule,
  SmokeCheck,
} from "../project/project.ts";
import type { InstanceType, Scale } from "../release/instance-types.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import type { Share } from "../routing/route-table.ts";
import type { CertificateState } from "../routing/nginx/certificate-state.ts";
import type { SetupRecord } from "../setup/parse-record.ts";

/**
 * One machine that runs instances, as the release operations need it. Each method is one round trip, so that an adapter for a
 * server can carry it out as one script; every one takes a signal, which also carries its deadline. All can be called again with
 * the same arguments: a deployer may be killed between an effect and its record. Sockets are named relative to the environment's
 * run folder (`<release>/web.0.sock`), so that a plan holds no machine's paths.
 */
export interface Host {
  readonly name: string;

  /** Everything that a plan is made from, in one look. */
  observe(signal: AbortSignal): Promise<HostState>;
  /** What compiled code has to be for to run there. Apart from the look, since few plans need it and it takes some milliseconds. */
  platform(signal: AbortSignal): Promise<Platform>;

  /** Lays the release's folder: the artifact's files, links to what outlives releases, its environment (mode 0600), `release.json`. */
  placeRelease(placement: Placement, signal: AbortSignal): Promise<void>;
  readRelease(release: string, signal: AbortSignal): Promise<ReleaseRecord>;
  /** The records of all releases that can be read. */
  readReleases(signal: AbortSignal): Promise<readonly ReleaseRecord[]>;
  /** Removes the folders, logs and static files of releases; never the one that `current` names or the route table leads to. */
  removeReleases(releases: readonly string[], signal: AbortSignal): Promise<void>;
  setCurrent(release: string | undefined, signal: AbortSignal): Promise<void>;
  /** Keeps the counts that count before a release's own; none of them takes all back. Starts and stops nothing. */
  setScale(scale: Scale, signal: AbortSignal): Promise<void>;
  /**
   * Adds the release's static files to those that are served; those of earlier releases stay. Gives the names that were served with
   * other content before, which pages in flight may still mean.
   */
  publishStatic(release: string, signal: AbortSignal): Promise<readonly string[]>;

  /** Makes sure that the supervisor and the proxy run, in the version that this cozy brings, without losing a request. */
  ensureAgents(proxy: ProxySettings, signal: AbortSignal): Promise<AgentsReport>;
  /** Ends every instance, the proxy and the supervisor; data and releases stay. */
  stopAgents(signal: AbortSignal): Promise<void>;
  /**
   * Starts the instances of these types as the release declares and the scale says; those of them that run are kept, and not retired
   * any more.
   */
  startInstances(select: InstanceSelection, signal: AbortSignal): Promise<void>;
  /** Stops them within their own stop time-outs, and forgets them. */
  stopInstances(select: InstanceSelection, signal: AbortSignal): Promise<StopReport>;
  /** Has the supervisor stop them by itself at that time, in milliseconds since the epoch. */
  retireInstances(select: InstanceSelection, at: number, signal: AbortSignal): Promise<void>;

  /** Waits until every web instance answers the check on its own socket; an instance that exits ends the wait at once. */
  awaitReady(
    release: string,
    check: ReadyCheck,
    restartsBefore: RestartsBefore,
    signal: AbortSignal,
  ): Promise<ReadyReport>;
  /** Asks the instances of a release on their own sockets, before any user does. */
  smoke(release: string, checks: readonly SmokeCheck[], signal: AbortSignal): Promise<readonly CheckAnswer[]>;
  /** Whether these instances have stayed up, or logged that they are at work: for process types that answer no requests. */
  awaitSteady(request: SteadyRequest, signal: AbortSignal): Promise<ReadyReport>;

  /** Runs a command of the release once, with its code, variables and limits. */
  runOnce(run: OneOff, signal: AbortSignal): Promise<CommandResult>;

  /**
   * Keeps everybody out from now on whose token is smaller than this one, and gives the largest token that the host has seen: larger
   * than this one where somebody else has raised it higher.
   */
  raiseFence(token: number, signal: AbortSignal): Promise<number>;
  /** Whether the balancer is to send traffic here; without a balancer it changes nothing. */
  setRotation(inRotation: boolean, signal: AbortSignal): Promise<void>;

  /** Compares the fencing token and puts a new table into force, as one step that no other deployer can come between. */
  switchRoutes(token: number, shares: readonly Share[], signal: AbortSignal): Promise<void>;
  /**
   * Reads the served release back through the proxy, from every instance that the table leads to. Of the releases `beside` it any answer
   * will do: the check is not theirs.
   */
  prove(check: ReadyCheck, signal: AbortSignal, beside?: readonly string[]): Promise<Proof>;
  /** Counts what two releases served in a span of time, by what the proxy logged. */
  traffic(request: TrafficRequest, signal: AbortSignal): Promise<Traffic>;
  /** What the log says of the stable release's past. */
  trafficBefore(request: BeforeRequest, signal: AbortSignal): Promise<Baseline>;
  /** What became of the requests of these spans, all that were answered until now; one look for all of them. */
  countRequests(spans: readonly CountSpan[], signal: AbortSignal): Promise<LoggedRequests>;
  /** Requests and streams in flight, by socket, as the proxy counts them. */
  inFlight(signal: AbortSignal): Promise<Readonly<Record<string, InFlight>>>;
}

export interface HostState {
  readonly host: string;
  /** The host's own time, in milliseconds since the epoch. */
  readonly clock: number;
  readonly freeBytes: number;
  /** Absent where the host can't tell. */
  readonly memory?: HostMemory | undefined;
  readonly releases: readonly ReleaseOnHost[];
  readonly current: string | undefined;
  /** Sockets of the table in force, with the number of buckets that lead to each. */
  readonly routes: Readonly<Record<string, number>>;
  readonly instances: readonly InstanceStatus[];
  /** By release that has instances: its types as it declares them; nothing of one whose record can't be read. */
  readonly types: Readonly<Record<string, Readonly<Record<string, InstanceType>>>>;
  /** Counts that `cozy scale` has set; they count before those of whatever release runs. */
  readonly scale: Scale;
  /** Whether the balancer in front sends traffic here; absent where there is none. */
  readonly inRotation?: boolean | undefined;
  /** What a server was set up for; absent on a machine that needs no set-up, and where that never came to its end. */
  readonly setUpFor?: Pick<SetupRecord, "hash" | "parts"> | undefined;
  /** The certificate that a server ends TLS with; `none` where it should have one, absent where it ends none. */
  readonly certificate?: CertificateState | "none" | undefined;
  /** Whether a supervisor answers. */
  readonly supervised: boolean;
  /** What is wrong with the supervisor, which goes on all the same: a full disk, say. */
  readonly problem?: string | undefined;
}

export interface HostMemory {
  readonly totalBytes: number;
  /** What can be had without pushing anything out that is in use. */
  readonly availableBytes: number;
}

export interface ReleaseOnHost {
  readonly id: string;
  readonly commit: string;
  readonly commitSubject: string;
  readonly artifact: string;
  readonly createdAt: number;
  /** Set where `release.json` could not be read; such a release can be removed but not served. */
  readonly damaged: string | undefined;
}

export interface Placement {
  readonly release: ReleaseRecord;
  /** Names and values for the release's instances; they go to a file of mode 0600 and nowhere else. */
  readonly variables: ResolvedVariables;
  readonly persist: readonly string[];
  /** What the release's instances are started with beside its own code: name in its folder `agents/` and the file. */
  readonly agents?: Readonly<Record<string, string>>;
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
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly processes: Readonly<Record<string, ProcessType>>;
  readonly ready: ReadyCheck;
  readonly smoke: readonly SmokeCheck[];
  readonly drain: Drain;
  readonly hooks: App["hooks"];
  readonly staticUrl: string | undefined;
  readonly stack: App["stack"];
  /** The schedules of the environment, as they were when it was deployed. */
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** What `cozy console` opens. */
  readonly console: readonly string[];
  /** Tables and columns that this release does not use any more; only a later one may drop them. */
  readonly contract: readonly string[];
  readonly migrateBack: readonly string[] | undefined;
  /** What backs the environment up while this release is in force; absent where nothing is declared. */
  readonly backups: Backups | undefined;
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

export interface StopReport {
  /** Instances that did not end within their stop time-out. */
  readonly killed: readonly KilledInstance[];
}

/** How often instances had been started again before they were asked for now, by `web.0`: a warm one may have ended once. */
export type RestartsBefore = Readonly<Record<string, number>>;

/** What has to be seen of instances that answer no requests, before they count as started. */
export interface SteadyRequest {
  readonly release: string;
  readonly types: readonly string[];
  /** How long those of a type without `ready` have to stay up. */
  readonly forMs: number;
  /** By type: what each of its instances logs once it is at work, and within which time. */
  readonly ready: Readonly<Record<string, ReadyOutput | null>>;
  readonly restartsBefore: RestartsBefore;
}

export interface ReadyReport {
  readonly ok: boolean;
  /** By instance that is not ready: what it last answered, or how it exited. */
  readonly faults: readonly string[];
  /** The last lines that a faulty instance logged. */
  readonly tail: readonly string[];
}

export interface CheckAnswer {
  /** `GET /venues`, or the command. */
  readonly check: string;
  readonly ok: boolean;
  /** Why not, with what came back: `503 instead of 200`, `no answer within 2 s`. */
  readonly reason: string | undefined;
  readonly durationMs: number;
  /** What an instance logged last, where it answered wrongly: the page rarely says why. */
  readonly tail?: readonly string[] | undefined;
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
