import type {
  Acme,
  BuildHost,
  CanaryStrategy,
  DeclaredVariable,
  Directory,
  Disk,
  DjangoApp,
  FromDotenv,
  FromEnvironment,
  FromSecrets,
  Generated,
  GivenCertificate,
  Memory,
  NoCertificate,
  NodeApp,
  Postgres,
  ProjectFile,
  Redis,
  Servers,
  Sqlite,
  SwitchStrategy,
  ThisMachine,
} from "./project/input.ts";

// What users import in `cozy.config.ts`. It is loaded at every start of cozy, so nothing here does any work: the builders leave
// plain objects, and cozy checks them when it reads the file.

export type * from "./project/input.ts";

/** Describes the application and its environments; the default export of `cozy.config.ts`. */
export function defineProject(project: ProjectFile): ProjectFile {
  return project;
}

/** A Node application. */
export function node(options: Omit<NodeApp, "kind">): NodeApp {
  return { ...options, kind: "node" };
}

/** A Django application. */
export function django(options: Omit<DjangoApp, "kind"> = {}): DjangoApp {
  return { ...options, kind: "django" };
}

/** The machine that cozy runs on, as a target. */
export function thisMachine(options: Omit<ThisMachine, "kind">): ThisMachine {
  return { ...options, kind: "this-machine" };
}

/** Servers of your own, reached over SSH and prepared by `cozy setup`, as a target. The first one keeps the lease and the journal. */
export function servers(hosts: Servers["hosts"], options: Omit<Servers, "kind" | "hosts"> = {}): Servers {
  return { ...options, kind: "servers", hosts };
}

/** The server that builds releases: by the name of one of the list, or by an address of its own. */
export function host(address: string, options: Omit<BuildHost, "kind" | "address"> = {}): BuildHost {
  return { ...options, kind: "host", address };
}

/** A certificate that an authority gives away (Let's Encrypt unless told otherwise), renewed by itself. */
export function acme(options: Omit<Acme, "kind">): Acme {
  return { ...options, kind: "acme" };
}

/** A certificate that you bring: the files of its chain and of its key, on the deployer's machine. */
export function givenCertificate(options: Omit<GivenCertificate, "kind">): GivenCertificate {
  return { ...options, kind: "given-certificate" };
}

/** Plain HTTP: behind a balancer that ends TLS, or for a trial. */
export function noCertificate(): NoCertificate {
  return { kind: "no-certificate" };
}

/** A SQLite database that outlives releases. */
export function sqlite(options: Omit<Sqlite, "kind"> = {}): Sqlite {
  return { ...options, kind: "sqlite" };
}

/** A PostgreSQL database on a server that is there already. */
export function postgres(options: Omit<Postgres, "kind">): Postgres {
  return { ...options, kind: "postgres" };
}

/** Uploaded files in a folder that outlives releases. */
export function disk(options: Omit<Disk, "kind"> = {}): Disk {
  return { ...options, kind: "disk" };
}

/** All traffic moves to a new release at once; with `watch` the release is watched afterwards, and taken back by itself. */
export function switchAtOnce(options: Omit<SwitchStrategy, "kind"> = {}): SwitchStrategy {
  return { ...options, kind: "switch" };
}

/** A share of the traffic moves first, and the release that serves it is compared with the stable one. */
export function canary(options: Omit<CanaryStrategy, "kind"> = {}): CanaryStrategy {
  return { ...options, kind: "canary" };
}

/** A folder that backups are kept in: absolute, or relative to `cozy.config.ts`. */
export function directory(path: string): Directory {
  return { kind: "directory", path };
}

/** A cache, sessions or a queue in the memory of each process. */
export function memory(): Memory {
  return { kind: "memory" };
}

/** A cache, sessions or a queue on a Redis server. */
export function redis(options: Omit<Redis, "kind">): Redis {
  return { ...options, kind: "redis" };
}

/** A value from the deployer's own environment, under this name or the variable's own. */
export function fromEnvironment(name?: string): FromEnvironment {
  return { from: "environment", name };
}

/** A value from the environment's encrypted file in the repository (`cozy secrets`), under this name or the variable's own. */
export function fromSecrets(name?: string): FromSecrets {
  return { from: "secrets", name };
}

/** A value from a file of `NAME=value` lines that git ignores, under this name or the variable's own. */
export function dotenv(file: string, name?: string): FromDotenv {
  return { from: "dotenv", file, name };
}

/** A value drawn at random once for an environment and kept with it, for keys that nobody needs to know. */
export function generated(options: Omit<Generated, "from"> = {}): Generated {
  return { ...options, from: "generated" };
}

/** Declares a variable that the application can't do without. */
export function required(): DeclaredVariable {
  return { required: true };
}

/** Declares a variable that the application can do without. */
export function optional(): DeclaredVariable {
  return { required: false };
}

/** Declares a variable whose value is never printed or recorded; it is required unless told otherwise. */
export function secret(options: { readonly required?: boolean } = {}): DeclaredVariable {
  return { required: options.required ?? true, secret: true };
}

/** What the builders of later versions leave: it fits nowhere, and cozy refuses it by name. */
export interface NotYet {
  readonly kind: "aws" | "rds" | "s3";
  readonly options: unknown;
}

/** Machines on AWS, as a target. Not carried out by this version of cozy. */
export function aws(options?: unknown): NotYet {
  return { kind: "aws", options };
}

/** A PostgreSQL database that Amazon RDS runs. Not carried out by this version of cozy. */
export function rds(options?: unknown): NotYet {
  return { kind: "rds", options };
}

/** Uploaded files in an S3 bucket. Not carried out by this version of cozy. */
export function s3(options?: unknown): NotYet {
  return { kind: "s3", options };
}
