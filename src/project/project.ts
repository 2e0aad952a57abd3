import type { Json } from "../shared/json.ts";
import type { Access, Domains, HttpRules, ServersTarget } from "./servers.ts";

/**
 * The project file after reading: checked, with every default filled in, durations in milliseconds and sizes in bytes. The rest of
 * cozy sees this and never the file.
 */
export interface Project {
  readonly name: string;
  /** The folder of `cozy.config.ts`, absolute. */
  readonly root: string;
  readonly configPath: string;
  readonly app: App;
  readonly environments: Readonly<Record<string, Environment>>;
}

export interface App {
  readonly stack: Stack;
  /** What only a Django application has. */
  readonly django: DjangoSettings | undefined;
  /** The folder of the application, relative to the project's root; `.` when it is the root. */
  readonly folder: string;
  readonly runtime: RuntimeRequest;
  readonly build: Build;
  /** By process type; only `web` takes traffic. */
  readonly processes: Readonly<Record<string, ProcessType>>;
  /** Run once before the switch; absent when the application has no migrations. */
  readonly migrate: readonly string[] | undefined;
  readonly static: StaticFiles | undefined;
  readonly schedules: Readonly<Record<string, Schedule>>;
  /** What takes this release's migrations back, where that was prepared. */
  readonly migrateBack: readonly string[] | undefined;
  /** Tables and columns (`venues`, `venues.city`) that this release does not use any more; only a later one may drop them. */
  readonly contract: readonly string[];
  /** What fills a new database with data to develop with. */
  readonly seed: readonly string[] | undefined;
  /** What `cozy console` opens. */
  readonly console: readonly string[];
  readonly dev: Dev;
  readonly variables: Readonly<Record<string, DeclaredVariable>>;
  /** Folders, relative to the application, that outlive releases. */
  readonly persist: readonly string[];
  readonly ready: ReadyCheck;
  readonly smoke: readonly SmokeCheck[];
  readonly hooks: Readonly<Partial<Record<HookName, readonly string[]>>>;
  readonly drain: Drain;
}

/** How a source tree becomes an artifact and a running process. */
export type Stack = "node" | "django";

export interface DjangoSettings {
  /** The settings module that releases run with; asked of `manage.py` where it is absent. */
  readonly settings: string | undefined;
  /** The file that locks the packages, relative to the application; the first known one where it is absent. */
  readonly requirements: string | undefined;
  /** Whether a model without its migration stops a deploy. */
  readonly checkMigrations: boolean;
  /** Whether static files are collected; the folder is Django's own `STATIC_ROOT`. */
  readonly collectStatic: boolean;
}

/** How `cozy dev` runs the application. */
export interface Dev {
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  /** By process type: a command of its own, `false` for one that is left out; else the type's own command, started anew at each change. */
  readonly processes: Readonly<Record<string, readonly string[] | false>>;
}

/** A command of the release that runs at declared times, once over the whole environment. */
export interface Schedule {
  readonly run: readonly string[];
  readonly when: ScheduleTimes;
  readonly timeoutMs: number;
  /** Whether a missed run is made up for once. */
  readonly catchUp: boolean;
}

export type ScheduleTimes =
  /** At multiples of the interval since the epoch. */
  | { readonly kind: "every"; readonly everyMs: number }
  /** `patterns` are cron's five fields; any of them starts a run. */
  | { readonly kind: "calendar"; readonly patterns: readonly string[]; readonly timeZone: string };

export interface RuntimeRequest {
  readonly engine: "node" | "python";
  /** A version or a range: `24`, `24.21.0`, `>=22.15` as npm writes it, `>=3.11,<3.14` as Python does. */
  readonly version: string;
  /** Where the value was found, for messages: `cozy.config.ts`, `.node-version`, `package.json engines`. */
  readonly source: string;
}

export interface Build {
  readonly command: readonly string[] | undefined;
  /** The same for all environments, because the artifact is promoted between them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, ValueSource>>;
  readonly timeoutMs: number;
}

export interface ProcessType {
  /**
   * Words may hold `{socket}` or `{port}`, which an instance is started with, and `{wsgi}`, `{asgi}` or `{settings}`, which are put in
   * when the release is placed.
   */
  readonly command: readonly string[];
  /** Instances a host. */
  readonly count: number;
  /** Whether a web instance listens on a unix socket itself, or only on a TCP port, with a relay before it. */
  readonly listen: "socket" | "port";
  /** What one that answers no requests logs once it is at work; where absent it only has to stay up for a moment. */
  readonly ready: ReadyOutput | undefined;
  /** Never more than one: the old one has ended before the new one starts. */
  readonly singleton: boolean;
  readonly stopSignal: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2";
  readonly stopTimeoutMs: number;
  readonly limits: Limits;
}

export interface ReadyOutput {
  readonly output: string;
  readonly timeoutMs: number;
}

export interface Limits {
  /** Resident memory; an instance above it is restarted. */
  readonly memoryBytes: number | undefined;
  readonly openFiles: number | undefined;
}

export interface StaticFiles {
  /** The folder that the build leaves them in, relative to the application. */
  readonly folder: string;
  /** The path they are served at, with a slash at both ends: `/static/`. */
  readonly url: string;
}

export interface DeclaredVariable {
  readonly required: boolean;
  readonly secret: boolean;
  readonly default: string | undefined;
}

/** Where a value comes from; only a literal can be written in the file. */
export type ValueSource =
  | { readonly from: "literal"; readonly value: string }
  /** From the deployer's own environment, under this name. */
  | { readonly from: "environment"; readonly name: string }
  /** From a file of `NAME=value` lines that git ignores, relative to the project's root. */
  | { readonly from: "dotenv"; readonly file: string; readonly name: string }
  /** From the environment's encrypted file in the repository, under this name. */
  | { readonly from: "secrets"; readonly name: string }
  /** Drawn at random once and kept with the environment, for keys that nobody needs to know. */
  | { readonly from: "generated"; readonly bytes: number };

export interface ReadyCheck {
  readonly path: string;
  readonly status: number;
  /** Header lines on top of `host` and `x-forwarded-proto`, or in their place; names are in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long an instance may take from its start to the first good answer. */
  readonly timeoutMs: number;
}

export type SmokeCheck =
  | {
      readonly kind: "request";
      readonly path: string;
      readonly status: number;
      readonly text: string | undefined;
      /** `GET` where absent. */
      readonly method?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      readonly form?: SmokeForm | undefined;
      /** A JSON document to send. */
      readonly json?: Json | undefined;
      readonly withinMs: number;
    }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly withinMs: number };

/** Fields to send, after the page that the form stands on was asked for its hidden ones. */
export interface SmokeForm {
  readonly page: string;
  /** A value that must not stand in the file is read from a variable of the release when the check is made. */
  readonly fields: Readonly<Record<string, string | { readonly variable: string }>>;
}

export const hookNames = [
  "afterBuild",
  "beforeMigrate",
  "beforeSwitch",
  "afterDeploy",
  "afterRollback",
  "onFailure",
] as const;
export type HookName = (typeof hookNames)[number];

export interface Drain {
  /** How long requests in flight on the old instances may take to end. */
  readonly requestsMs: number;
  /** The same for WebSockets and event streams. */
  readonly streamsMs: number;
}

export interface Environment {
  readonly name: string;
  readonly target: Target;
  /** Absent: the site answers to every name; always on this machine. */
  readonly domains: Domains | undefined;
  /** Absent: everybody gets to see it. */
  readonly access: Access | undefined;
  /** What nginx holds requests to; the embedded proxy of this machine has no such rules. */
  readonly http: HttpRules;
  readonly database: Database | undefined;
  readonly media: Media | undefined;
  readonly variables: Readonly<Record<string, ValueSource>>;
  /** The application's process types with this environment's own counts and limits put in. */
  readonly processes: Readonly<Record<string, ProcessType>>;
  readonly smoke: readonly SmokeCheck[];
  readonly drain: Drain;
  /** The application's schedules with this environment's own times put in. */
  readonly schedules: Readonly<Record<string, Schedule>>;
  readonly services: Services;
  readonly keep: Keep;
  readonly strategy: Strategy;
  /** Absent: only copies of the database before it is migrated. */
  readonly backups: Backups | undefined;
  readonly rehearsal: Rehearsal | undefined;
  readonly promises: Promises;
}

/** How the traffic moves to a new release. */
export type Strategy =
  | { readonly kind: "switch"; readonly watch: Watch | undefined }
  /** `steps` are shares in hundredths, growing; all of the traffic follows the last. */
  | { readonly kind: "canary"; readonly steps: readonly number[]; readonly watch: Watch };

/** How a release that takes traffic is watched, and when it goes back by itself. */
export interface Watch {
  /** How long each step is watched at least. */
  readonly bakeMs: number;
  readonly inconclusive: "hold" | "extend" | "ask" | "go-on" | "roll-back";
  readonly extendMs: number;
  /** How likely a release that is no worse may be taken back, however long it is watched. */
  readonly alpha: number;
  /** How likely a release that fails more often than `maxErrorRate` may be promoted. */
  readonly beta: number;
  readonly maxErrorRate: number;
  /** How many times the stable release's rate of errors, and of slow requests, is no reason to go back. */
  readonly errorMargin: number;
  readonly slowMargin: number;
  /** From which duration on a request counts as slow; the stable release's 95th percentile where absent. */
  readonly slowMs: number | undefined;
  readonly minRequests: number;
}

export interface Backups {
  /** The store of the daily backups and of those before a deploy; the environment's own folder where absent. */
  readonly store: DirectoryStore | undefined;
  readonly keepMs: number;
  readonly when: ScheduleTimes;
  readonly weekly: { readonly store: DirectoryStore; readonly keepMs: number } | undefined;
}

export interface DirectoryStore {
  readonly kind: "directory";
  /** Absolute. */
  readonly path: string;
}

/** A release is tried on restored data before production is touched. */
export interface Rehearsal {
  /** What differs from the environment's own variables. */
  readonly variables: Readonly<Record<string, ValueSource>>;
  readonly notProven: "go-on" | "refuse";
  readonly migrateWithinMs: number;
}

export interface Promises {
  readonly recovery: RecoveryPromise | undefined;
  readonly availability: { readonly percent: number; readonly overMs: number } | undefined;
  readonly latency: { readonly p95Ms: number; readonly overMs: number } | undefined;
}

export interface RecoveryPromise {
  readonly rtoMs: number;
  readonly rpoMs: number;
  readonly notPromised: readonly DataHolder[];
  /** How old the last drill may be before the promise counts as not proven. */
  readonly drillWithinMs: number;
}

/** What holds data of an environment. */
export type DataHolder = "database" | "media" | "persist" | "sessions";

/** Where cache, sessions and job queue are; their addresses are among the environment's variables too. */
export type Services = Readonly<Partial<Record<ServiceName, "memory" | "redis">>>;

export const serviceNames = ["cache", "sessions", "queue"] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The variable that tells the application the address. */
export const serviceVariables = {
  cache: "CACHE_URL",
  sessions: "SESSIONS_URL",
  queue: "QUEUE_URL",
} as const satisfies Record<ServiceName, string>;

export type Target = ThisMachineTarget | ServersTarget;

export interface ThisMachineTarget {
  readonly kind: "this-machine";
  readonly port: number;
  /** The address that the proxy listens on: `127.0.0.1` unless told otherwise. */
  readonly address: string;
}

export type Database = SqliteDatabase | PostgresDatabase;

export interface SqliteDatabase {
  readonly kind: "sqlite";
  /** The variable that tells the application its address. */
  readonly variable: string;
}

/** A server that is there already; its address is among the environment's variables. */
export interface PostgresDatabase {
  readonly kind: "postgres";
  /** The variable that tells the application its address. */
  readonly variable: string;
  /** How many connections the server takes; asked of it where absent. */
  readonly connections: number | undefined;
  /** How many of them one instance holds at most, all of its worker processes together; not known where absent. */
  readonly pool: number | undefined;
}

export interface Media {
  readonly kind: "disk";
  readonly variable: string;
  /** The path they are served at: `/media/`. */
  readonly url: string;
}

export interface Keep {
  /** Releases that stay on the host beside the current one, for rollback. */
  readonly releases: number;
  /** How long the old instances stay started after a switch. */
  readonly warmMs: number;
}
