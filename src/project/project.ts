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
  readonly stack: "node";
  /** The folder of the application, relative to the project's root; `.` when it is the root. */
  readonly folder: string;
  readonly runtime: RuntimeRequest;
  readonly build: Build;
  /** By process type; only `web` takes traffic. */
  readonly processes: Readonly<Record<string, ProcessType>>;
  /** Run once before the switch; absent when the application has no migrations. */
  readonly migrate: readonly string[] | undefined;
  readonly static: StaticFiles | undefined;
  readonly variables: Readonly<Record<string, DeclaredVariable>>;
  /** Folders, relative to the application, that outlive releases. */
  readonly persist: readonly string[];
  readonly ready: ReadyCheck;
  readonly smoke: readonly SmokeCheck[];
  readonly hooks: Readonly<Partial<Record<HookName, readonly string[]>>>;
  readonly drain: Drain;
}

export interface RuntimeRequest {
  readonly engine: "node";
  /** A version or a range as npm writes it: `24`, `24.21.0`, `>=22.15`. */
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
  readonly command: readonly string[];
  /** Instances a host. */
  readonly count: number;
  readonly stopSignal: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2";
  readonly stopTimeoutMs: number;
  readonly limits: Limits;
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
  /** Drawn at random once and kept with the environment, for keys that nobody needs to know. */
  | { readonly from: "generated"; readonly bytes: number };

export interface ReadyCheck {
  readonly path: string;
  readonly status: number;
  /** How long an instance may take from its start to the first good answer. */
  readonly timeoutMs: number;
}

export type SmokeCheck =
  | {
      readonly kind: "request";
      readonly path: string;
      readonly status: number;
      readonly text: string | undefined;
      readonly withinMs: number;
    }
  | { readonly kind: "command"; readonly command: readonly string[]; readonly withinMs: number };

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
  readonly target: ThisMachineTarget;
  readonly database: Database | undefined;
  readonly media: Media | undefined;
  readonly variables: Readonly<Record<string, ValueSource>>;
  /** The application's process types with this environment's own counts and limits put in. */
  readonly processes: Readonly<Record<string, ProcessType>>;
  readonly smoke: readonly SmokeCheck[];
  readonly drain: Drain;
  readonly keep: Keep;
}

export interface ThisMachineTarget {
  readonly kind: "this-machine";
  readonly port: number;
  /** The address that the proxy listens on: `127.0.0.1` unless told otherwise. */
  readonly address: string;
}

export interface Database {
  readonly kind: "sqlite";
  /** The variable that tells the application its address. */
  readonly variable: string;
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
