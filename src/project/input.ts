// Made from schema/ by `node src/project/reference/main.ts`; a test fails when it is stale. Do not edit.

/** The application and its environments. */
export interface ProjectFile {
  /** The project's name: at most 32 lowercase letters, digits and dashes, beginning with a letter. */
  readonly name: string;
  /** The application: `node({ … })` or `django({ … })`. */
  readonly app: App;
  /** The environments by name; the names follow the same rule as the project's. */
  readonly environments: { readonly [name: string]: Environment };
  /** Who is told of deploys and alerts. Not carried out by this version of cozy. */
  readonly notify?: never;
}

/** The application: `node({ … })` or `django({ … })`. */
export type App = NodeApp | DjangoApp;

/** A Node application. */
export interface NodeApp {
  readonly kind: "node";
  /** The version of Node: `"24"`, `"24.21.0"`, `">=22.15"`. Default: read from `.node-version`, `.nvmrc` or `engines.node` of `package.json`. */
  readonly runtime?: string | undefined;
  /** How the source becomes an artifact. */
  readonly build?: Build | undefined;
  /** The process types of a release. `web` must be there, and only `web` takes traffic. */
  readonly processes: { readonly web: ProcessType; readonly [type: string]: ProcessType };
  /** What migrates the database; run once, before the new release takes traffic. Default: none. */
  readonly migrate?: Command | undefined;
  /** Files that the proxy serves without asking the application. Default: none. */
  readonly static?: StaticFiles | undefined;
  /** The folder of the application, relative to `cozy.config.ts`. Default: `.`. */
  readonly folder?: string | undefined;
  /** The variables that the application reads. Where they are declared, a missing or an unknown one is found before a deploy starts. Default: not checked. */
  readonly variables?: { readonly [name: string]: Declaration } | undefined;
  /** Folders, relative to the application, that outlive releases: each release finds them as the last one left them. Default: none. */
  readonly persist?: readonly string[] | undefined;
  /** The question that tells when an instance can take traffic. */
  readonly ready?: Ready | undefined;
  /** Checks of a new release before it takes traffic. Default: none. */
  readonly smoke?: readonly SmokeCheck[] | undefined;
  /** Commands of the release at fixed points of a deploy. */
  readonly hooks?: Hooks | undefined;
  /** How long what is in flight on the old instances may take to end. */
  readonly drain?: Drain | undefined;
  /** Commands of the release that run at declared times. Default: none. */
  readonly schedules?: { readonly [name: string]: Schedule } | undefined;
  /** What takes this release's migrations back, where that was prepared; it is rehearsed with them. Default: none. */
  readonly migrateBack?: Command | undefined;
  /** Tables and columns that this release does not use any more, such as `"venues.city"`. Only a later release may drop them. Default: none. */
  readonly contract?: readonly string[] | undefined;
  /** What fills a new database with data to develop with; run by `cozy dev --setup`, and safe to run twice. Default: none. */
  readonly seed?: Command | undefined;
  /** What `cozy console` opens. Default: `node`; for Django `python manage.py shell`. */
  readonly console?: Command | undefined;
  /** How `cozy dev` runs the application on a developer's machine. */
  readonly dev?: Dev | undefined;
}

/** How the source becomes an artifact, once for all environments. */
export interface Build {
  /** What builds it, after the dependencies are installed by the lock file. Default: none. */
  readonly command?: Command | undefined;
  /** Variables of the build. They are the same for all environments, because one artifact goes through them all. */
  readonly variables?: { readonly [name: string]: string } | undefined;
  /** Secrets of the build, such as a registry token; they do not reach the release. */
  readonly secrets?: { readonly [name: string]: SecretSource } | undefined;
  /** How long the build may take. Default: `15m`. */
  readonly timeout?: Duration | undefined;
}

/** A program and its arguments: `"node dist/server.js"`, or as a list, `["node", "dist/server.js"]`. It runs in the folder of the application with `node_modules/.bin` on its path, and without a shell. */
export type Command = string | readonly string[];

/** Where a secret of the build comes from: `fromEnvironment(…)` or `dotenv(…)`. */
export type SecretSource = FromEnvironment | FromDotenv;

/** A value from the deployer's own environment. */
export interface FromEnvironment {
  readonly from: "environment";
  /** The name it has there. Default: the variable's own name. */
  readonly name?: string | undefined;
}

/** A value from a file of `NAME=value` lines that git ignores. */
export interface FromDotenv {
  readonly from: "dotenv";
  /** The file, relative to the folder of `cozy.config.ts`. */
  readonly file: string;
  /** The name it has there. Default: the variable's own name. */
  readonly name?: string | undefined;
}

/** A span of time: `"250ms"`, `"30s"`, `"5m"`, `"4h"`, `"2d"`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** A kind of process that a release has; a command alone stands for `{ command: … }`. */
export type ProcessType = Command | ProcessOptions;

/** A kind of process that a release has. */
export interface ProcessOptions {
  /** What starts an instance. */
  readonly command: Command;
  /** What `cozy dev` starts instead, such as a framework's own server that reloads; `false` leaves it out there. Default: the command itself, started anew at each change. */
  readonly dev?: Command | false | undefined;
  /** Instances a host. A Node process uses one core, so a host with four of them carries four. Default: `1`. */
  readonly count?: number | undefined;
  /** What a web instance can listen on: a unix socket, whose path is in `PORT`, or only a TCP port. With `"port"` each instance gets a free port of its own in `PORT`, and cozy stands its socket before it. In the command, `{socket}` or `{port}` stands for it. Default: `"socket"`. */
  readonly listen?: "socket" | "port" | undefined;
  /** For a process type that answers no requests: what it logs once it is at work. Default: it stays up for a moment. */
  readonly ready?: ReadyOutput | undefined;
  /** Whether there is never more than one of it: the old one has ended before the new one starts. Default: `true` for `scheduler`, else `false`. */
  readonly singleton?: boolean | undefined;
  /** The signal that asks an instance to end. Default: `SIGTERM`. */
  readonly stopSignal?: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2" | undefined;
  /** How long it may take to end before it is killed. Default: `30s`. */
  readonly stopTimeout?: Duration | undefined;
  /** What one instance may use. */
  readonly limits?: Limits | undefined;
}

/** How a process that answers no requests tells that it is at work. */
export interface ReadyOutput {
  /** A text that it logs once it is at work. */
  readonly output: string;
  /** How long it may take from its start to that line. Default: `30s`. */
  readonly timeout?: Duration | undefined;
}

/** What one instance may use. */
export interface Limits {
  /** Resident memory; an instance above it is restarted. Default: no limit. */
  readonly memory?: Size | undefined;
  /** Open files, sockets included. Default: the machine's own limit. */
  readonly openFiles?: number | undefined;
}

/** An amount of memory in steps of 1024: `"512MB"`, `"1GB"`. */
export type Size = `${number}${"KB" | "MB" | "GB"}`;

/** Files that the proxy serves without asking the application. */
export interface StaticFiles {
  /** Where the build leaves them, relative to the application. */
  readonly folder: string;
  /** The path that they are served at, with a slash at both ends. Default: `/static/`. */
  readonly url?: string | undefined;
}

/** A variable that the application reads: a string is its default, anything else is `required()`, `optional()` or `secret()`. */
export type Declaration = string | DeclaredVariable;

/** A variable that the application reads. */
export interface DeclaredVariable {
  /** Whether the application can't do without it. Default: `true`, unless there is a default. */
  readonly required?: boolean | undefined;
  /** Whether its value is kept out of everything that is printed or recorded. Default: `false`. */
  readonly secret?: boolean | undefined;
  /** What it is where an environment does not give it. */
  readonly default?: string | undefined;
}

/** The question that tells when an instance can take traffic. */
export interface Ready {
  /** Asked on the instance's own socket until the answer is right. Default: `/`. */
  readonly path?: string | undefined;
  /** The status of the right answer. Default: `200`. */
  readonly status?: number | undefined;
  /** Header lines to ask with, such as `host` where the application answers only to names that it knows. Default: `host: localhost`, `x-forwarded-proto: https`. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** How long an instance may take from its start to the first right answer. Default: `60s`. */
  readonly timeout?: Duration | undefined;
}

/** A check of a new release before it takes traffic: `"/search"` asks for a page and wants status 200. */
export type SmokeCheck = string | RequestCheck | CommandCheck;

/** A page that must answer. Cookies that an instance sets go with its later checks. */
export interface RequestCheck {
  /** The page. */
  readonly path: string;
  /** The status that it must answer with. Default: `200`. */
  readonly status?: number | undefined;
  /** A text that the answer must hold. */
  readonly text?: string | undefined;
  /** How it is asked. Default: `GET`; with `form` or `json` `POST`. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | undefined;
  /** Fields of a form to send. The page of the form is asked for first, and its hidden fields (a CSRF token, say) and cookies go with them. Default: none. */
  readonly form?: { readonly [name: string]: FormValue } | undefined;
  /** The page that the form stands on. Default: `path` itself. */
  readonly page?: string | undefined;
  /** A JSON document to send. Default: none. */
  readonly json?: unknown;
  /** Header lines to ask with, such as `host` where the application answers only to names that it knows. Default: `host: localhost`, `x-forwarded-proto: https`. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** How long the answer may take. Default: `5s`. */
  readonly within?: Duration | undefined;
}

/** A value of a form: a string, or `{ variable: … }` for one that must not stand in the file. */
export type FormValue = string | FormVariable;

/** A value that the release has in a variable, for passwords. */
export interface FormVariable {
  /** Its name. */
  readonly variable: string;
}

/** A command of the release that must end with exit code 0. */
export interface CommandCheck {
  /** The command. */
  readonly command: Command;
  /** How long it may take. Default: `5s`. */
  readonly within?: Duration | undefined;
}

/** Commands of the release at fixed points of a deploy. */
export interface Hooks {
  /** In the built artifact, before it is stored. Can stop a deploy. */
  readonly afterBuild?: Command | undefined;
  /** Before the migrations. Can stop a deploy. */
  readonly beforeMigrate?: Command | undefined;
  /** When the new instances are ready and none has traffic. Can stop a deploy. */
  readonly beforeSwitch?: Command | undefined;
  /** When the new release serves. Can't stop anything any more. */
  readonly afterDeploy?: Command | undefined;
  /** When the earlier release serves again. Can't stop anything. */
  readonly afterRollback?: Command | undefined;
  /** When a deploy has failed and was taken back. Can't stop anything. */
  readonly onFailure?: Command | undefined;
}

/** How long what is in flight on the old instances may take to end. */
export interface Drain {
  /** For requests. Default: `30s`. */
  readonly requests?: Duration | undefined;
  /** For WebSockets and event streams. Default: `5m`. */
  readonly streams?: Duration | undefined;
}

/** A command of the release that runs at declared times, once over the whole environment. */
export interface Schedule {
  /** The command. */
  readonly run: Command;
  /** How often, counted from midnight UTC: at least a minute. Default: by `at` or `cron`. */
  readonly every?: Duration | undefined;
  /** At these times of the day. Default: by `every` or `cron`. */
  readonly at?: string | readonly string[] | undefined;
  /** With `at`: on these days of the week. Default: every day. */
  readonly on?: Weekday | readonly Weekday[] | undefined;
  /** The five fields of cron: minute, hour, day of month, month, day of week. Default: by `every` or `at`. */
  readonly cron?: string | undefined;
  /** The time zone of `at` and `cron`: `"Europe/Zurich"`. Default: `UTC`. */
  readonly timeZone?: string | undefined;
  /** How long a run may take before it is ended. Default: `1h`. */
  readonly timeout?: Duration | undefined;
  /** Whether a run that was missed, because nothing was there to start it, is made up for once as soon as it can be. Default: `false`: it is only told. */
  readonly catchUp?: boolean | undefined;
}

/** A day of the week. */
export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

/** How `cozy dev` runs the application on a developer's machine. */
export interface Dev {
  /** The port that the web process listens on. Default: `3000`; for Django `8000`. */
  readonly port?: number | undefined;
  /** Variables that only `cozy dev` sets; `.env` counts before them. Default: none. */
  readonly variables?: { readonly [name: string]: string } | undefined;
}

/** A Django application. Where its settings, its WSGI application and its static files are is asked of Django itself. */
export interface DjangoApp {
  readonly kind: "django";
  /** The version of Python: `"3.12"`, `">=3.11,<3.14"`. Default: read from `.python-version` or `requires-python` of `pyproject.toml`. */
  readonly runtime?: string | undefined;
  /** The settings module that releases run with. Default: the one that `manage.py` names. */
  readonly settings?: string | undefined;
  /** The file that locks the packages: pinned versions, best with hashes; or `uv.lock`. Default: `uv.lock`, `requirements.lock` or `requirements.txt`, the first that is there. */
  readonly requirements?: string | undefined;
  /** How the source becomes an artifact, before static files are collected. */
  readonly build?: Build | undefined;
  /** The process types of a release. Only `web` takes traffic. Default: `{ web: {} }`. */
  readonly processes?: { readonly [name: string]: DjangoProcess } | undefined;
  /** What migrates the database; run once, before the new release takes traffic. `false`: it is migrated by somebody else, and a release is refused as long as it is not. Default: `python manage.py migrate --noinput`. */
  readonly migrate?: Command | false | undefined;
  /** Whether a model without its migration stops a deploy (`makemigrations --check`), and a migration that nobody has applied. Default: `true`. */
  readonly checkMigrations?: boolean | undefined;
  /** Static files that the proxy serves without asking the application. `false`: the application serves its own. Default: collected where `django.contrib.staticfiles` is installed. */
  readonly static?: DjangoStatic | false | undefined;
  /** The folder of the application, relative to `cozy.config.ts`. Default: `.`. */
  readonly folder?: string | undefined;
  /** The variables that the application reads. Where they are declared, a missing or an unknown one is found before a deploy starts. Default: not checked. */
  readonly variables?: { readonly [name: string]: Declaration } | undefined;
  /** Folders, relative to the application, that outlive releases: each release finds them as the last one left them. Default: none. */
  readonly persist?: readonly string[] | undefined;
  /** The question that tells when an instance can take traffic. */
  readonly ready?: Ready | undefined;
  /** Checks of a new release before it takes traffic. Default: none. */
  readonly smoke?: readonly SmokeCheck[] | undefined;
  /** Commands of the release at fixed points of a deploy. */
  readonly hooks?: Hooks | undefined;
  /** How long what is in flight on the old instances may take to end. */
  readonly drain?: Drain | undefined;
  /** Commands of the release that run at declared times. Default: none. */
  readonly schedules?: { readonly [name: string]: Schedule } | undefined;
  /** What takes this release's migrations back, where that was prepared; it is rehearsed with them. Default: none. */
  readonly migrateBack?: Command | undefined;
  /** Tables and columns that this release does not use any more, such as `"venues.city"`. Only a later release may drop them. Default: none. */
  readonly contract?: readonly string[] | undefined;
  /** What fills a new database with data to develop with; run by `cozy dev --setup`, and safe to run twice. Default: none. */
  readonly seed?: Command | undefined;
  /** What `cozy console` opens. Default: `node`; for Django `python manage.py shell`. */
  readonly console?: Command | undefined;
  /** How `cozy dev` runs the application on a developer's machine. */
  readonly dev?: Dev | undefined;
}

/** A kind of process that a release has. `web` needs no command; any other is a command or `{ command: … }`. */
export type DjangoProcess = Command | DjangoWeb;

/** How Django answers requests. */
export interface DjangoWeb {
  /** What starts an instance, where it is not one of the servers below. `{wsgi}` and `{asgi}` stand for the application that the settings name. Default: by `server`. */
  readonly command?: Command | undefined;
  /** The server that runs it, from the application's own requirements: gunicorn for WSGI, uvicorn for ASGI. Default: `"gunicorn"`. */
  readonly server?: "gunicorn" | "uvicorn" | undefined;
  /** Worker processes of one instance. Default: `3`. */
  readonly workers?: number | undefined;
  /** What `cozy dev` starts instead, such as a framework's own server that reloads; `false` leaves it out there. Default: the command itself, started anew at each change. */
  readonly dev?: Command | false | undefined;
  /** Instances a host. A Node process uses one core, so a host with four of them carries four. Default: `1`. */
  readonly count?: number | undefined;
  /** What a web instance can listen on: a unix socket, whose path is in `PORT`, or only a TCP port. With `"port"` each instance gets a free port of its own in `PORT`, and cozy stands its socket before it. In the command, `{socket}` or `{port}` stands for it. Default: `"socket"`. */
  readonly listen?: "socket" | "port" | undefined;
  /** For a process type that answers no requests: what it logs once it is at work. Default: it stays up for a moment. */
  readonly ready?: ReadyOutput | undefined;
  /** Whether there is never more than one of it: the old one has ended before the new one starts. Default: `true` for `scheduler`, else `false`. */
  readonly singleton?: boolean | undefined;
  /** The signal that asks an instance to end. Default: `SIGTERM`. */
  readonly stopSignal?: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2" | undefined;
  /** How long it may take to end before it is killed. Default: `30s`. */
  readonly stopTimeout?: Duration | undefined;
  /** What one instance may use. */
  readonly limits?: Limits | undefined;
}

/** Static files, collected by Django into its `STATIC_ROOT`. */
export interface DjangoStatic {
  /** The path that they are served at: `STATIC_URL` of the settings. Default: `/static/`. */
  readonly url?: string | undefined;
}

/** Where a release runs and by which rules. */
export interface Environment {
  /** What it runs on: `thisMachine({ … })` or `servers([…])`. */
  readonly target: Target;
  /** With `servers`: the names that the site answers to, with their certificate. Default: it answers to every name, without TLS. */
  readonly domains?: Domains | undefined;
  /** With `servers`: who gets to see the site at all. Default: everybody. */
  readonly access?: Access | undefined;
  /** With `servers`: what nginx holds requests and answers to. */
  readonly http?: HttpRules | undefined;
  /** Its database: `sqlite()` or `postgres({ … })`. Default: none. */
  readonly database?: Database | undefined;
  /** Where uploaded files are: `disk()`. Default: none. */
  readonly media?: Disk | undefined;
  /** The cache; the application gets its address in `CACHE_URL`. Default: none: the application's own default. */
  readonly cache?: MemoryOrRedis | undefined;
  /** Where sessions are kept; the address is in `SESSIONS_URL`. A server that never evicts, and not the cache's. Default: none: the application's own default, as a rule the database. */
  readonly sessions?: MemoryOrRedis | undefined;
  /** Where jobs wait for a worker; the address is in `QUEUE_URL`. A server that never evicts. Default: none: the application's own default. */
  readonly queue?: MemoryOrRedis | undefined;
  /** The variables that the application gets here. */
  readonly variables?: { readonly [name: string]: Value } | undefined;
  /** Counts and limits that differ here. */
  readonly processes?: { readonly [name: string]: ProcessOverride } | undefined;
  /** Checks on top of the application's own. Default: none. */
  readonly smoke?: readonly SmokeCheck[] | undefined;
  /** Where it differs from the application's. */
  readonly drain?: Drain | undefined;
  /** Schedules that differ here. Default: the application's own. */
  readonly schedules?: { readonly [name: string]: ScheduleOverride } | undefined;
  /** What is kept for a rollback. */
  readonly keep?: Keep | undefined;
  /** How the traffic moves to a new release. Default: `switchAtOnce()`. */
  readonly strategy?: Strategy | undefined;
  /** Backups of the database. Default: only copies before a migration. */
  readonly backups?: Backups | undefined;
  /** Tries each release on restored data before production is touched. Default: not rehearsed. */
  readonly rehearsal?: Rehearsal | undefined;
  /** Objectives that are measured. Default: none but cozy's own. */
  readonly promises?: Promises | undefined;
  /** Who is told of deploys and alerts. Not carried out by this version of cozy. */
  readonly notify?: never;
}

/** What an environment runs on: `thisMachine({ … })` or `servers([…])`. */
export type Target = ThisMachine | Servers;

/** The machine that cozy runs on; no root and nothing to install. */
export interface ThisMachine {
  readonly kind: "this-machine";
  /** The port that the proxy listens on; each environment has one of its own. */
  readonly port: number;
  /** The address that the proxy listens on. Default: `127.0.0.1`. */
  readonly address?: string | undefined;
}

/** Servers of your own with Debian 12, reached over SSH and prepared by `cozy setup`. */
export interface Servers {
  readonly kind: "servers";
  /** The servers. The first one keeps the lease and the journal, and runs what runs once over the whole environment. */
  readonly hosts: readonly Server[];
  /** Who deploys. `cozy setup` makes it, with rights to the few commands that a deploy needs. Default: `cozy`. */
  readonly user?: string | undefined;
  /** Who `cozy setup` logs in as: root, or one with `sudo` rights. Default: `root`. */
  readonly setupUser?: string | undefined;
  /** The file of the private key: absolute, from the home folder (`~/…`), or relative to `cozy.config.ts`. Default: what SSH itself would take. */
  readonly identity?: string | undefined;
  /** How many servers are worked on at the same time. Default: `10`. */
  readonly parallel?: number | undefined;
  /** What a command does about a server that can't be reached before anything was changed: end, or go on without it. Default: `"abort"`. */
  readonly unreachable?: "abort" | GoOnWithout | undefined;
  /** A load balancer in front of them. Default: none. */
  readonly balancer?: Balancer | undefined;
  /** Where releases are built, such as `host("build.example.org")`: a server that `cozy setup` has prepared, one of these or another. Default: the machine that deploys. */
  readonly builder?: BuildHost | undefined;
  /** TCP ports that the firewall lets in beside those of SSH, HTTP and HTTPS. Default: none. */
  readonly openPorts?: readonly number[] | undefined;
}

/** A server: its address alone, or `{ address: … }`. */
export type Server = string | ServerOptions;

/** A server. */
export interface ServerOptions {
  /** Its name or its IP address, as SSH reaches it. */
  readonly address: string;
  /** What it is called in plans, messages and journals. Default: its address. */
  readonly name?: string | undefined;
  /** The port of its sshd. Default: `22`. */
  readonly port?: number | undefined;
}

/** Goes on where some can't be reached. */
export interface GoOnWithout {
  /** Without at most so many; they take no traffic until `cozy join` or the next deploy brings them along. */
  readonly goOnWithout: number;
}

/** A load balancer in front of the servers. */
export interface Balancer {
  /** Its addresses and networks. Nobody else's word on who a visitor is and how he came is believed. */
  readonly from: readonly string[];
  /** What it asks each server for: 200 while the server takes traffic, else 503. Answered by nginx itself. Default: `/balancer`. */
  readonly readyPath?: string | undefined;
  /** How long it takes, by its own settings, until a server that answers 503 gets nothing more. Default: `10s`. */
  readonly leave?: Duration | undefined;
  /** Whether it ends TLS, so that servers serve plain HTTP to it. Default: `false`. */
  readonly endsTls?: boolean | undefined;
}

/** A server that builds. */
export interface BuildHost {
  readonly kind: "host";
  /** Its name or its IP address, or the name that a server of the list has. */
  readonly address: string;
  /** What it is called in messages. Default: its address. */
  readonly name?: string | undefined;
  /** The port of its sshd. Default: `22`. */
  readonly port?: number | undefined;
}

/** The names that the site answers to, with their certificate. */
export interface Domains {
  /** The one name that pages are served under. */
  readonly canonical: string;
  /** Names that lead to it by a redirect. Default: none. */
  readonly redirects?: readonly string[] | undefined;
  /** Where the certificate comes from: `acme({ … })`, `givenCertificate({ … })` or `noCertificate()`, which is for a balancer that ends TLS, or for a trial. */
  readonly certificate: Certificate;
}

/** Where the certificate comes from: `acme({ … })`, `givenCertificate({ … })` or `noCertificate()`. */
export type Certificate = Acme | GivenCertificate | NoCertificate;

/** A certificate that an authority gives away, renewed by itself. */
export interface Acme {
  readonly kind: "acme";
  /** Whom the authority writes to. */
  readonly email: string;
  /** The directory of another authority. Default: Let's Encrypt's. */
  readonly directory?: string | undefined;
  /** The file of the root certificate that the directory's own TLS is checked by, for an authority of your own. Default: what the server trusts. */
  readonly directoryRoot?: string | undefined;
}

/** A certificate that you bring. */
export interface GivenCertificate {
  readonly kind: "given-certificate";
  /** The file of the certificate and what it was signed by, on the deployer's machine. */
  readonly chain: string;
  /** The file of its private key. Keep it out of git. */
  readonly key: string;
}

/** Plain HTTP. */
export interface NoCertificate {
  readonly kind: "no-certificate";
}

/** Who gets to see the site at all. The balancer's readiness path and cozy's own checks are exempt. */
export interface Access {
  /** A name and a password that every visitor is asked for. Default: none. */
  readonly password?: AccessPassword | undefined;
  /** Addresses and networks that get in; nobody else does. Default: all. */
  readonly addresses?: readonly string[] | undefined;
}

/** A name and a password that every visitor is asked for. */
export interface AccessPassword {
  /** The name. */
  readonly user: string;
  /** The password: `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`. */
  readonly value: Value;
}

/** Where the value of a variable comes from: a string stands for itself, anything else is `fromSecrets(…)`, `fromEnvironment(…)`, `dotenv(…)` or `generated()`. */
export type Value = string | FromSecrets | FromEnvironment | FromDotenv | Generated;

/** A value from the environment's encrypted file in the repository. */
export interface FromSecrets {
  readonly from: "secrets";
  /** The name it has there. Default: the variable's own name. */
  readonly name?: string | undefined;
}

/** A value drawn at random once for an environment, and kept with it. */
export interface Generated {
  readonly from: "generated";
  /** How many random bytes it has; the value is their base64url text. Default: `32`. */
  readonly bytes?: number | undefined;
}

/** What nginx holds requests and answers to. */
export interface HttpRules {
  /** The largest body of a request; more is answered with 413. Default: `10MB`. */
  readonly maxBody?: Size | undefined;
  /** How long an instance may take until its answer begins; then it is 504. Default: `60s`. */
  readonly answerWithin?: Duration | undefined;
  /** How many requests one client address may make. Default: no limit. */
  readonly rate?: Rate | undefined;
  /** The header `Content-Security-Policy` of every answer. Default: what the application sends itself. */
  readonly contentSecurityPolicy?: string | undefined;
  /** How long browsers are told to come by HTTPS alone, where the site has TLS; `false` sends nothing of it. Default: 730 days, with all names below. */
  readonly hsts?: false | Hsts | undefined;
  /** Whether search engines are told to stay away. Default: `true`, but `false` in an environment named `production`. */
  readonly noindex?: boolean | undefined;
}

/** How many requests one client address may make. */
export interface Rate {
  /** Requests a second; more are answered with 429. */
  readonly perSecond: number;
  /** How many more are let through at once. Default: twice `perSecond`. */
  readonly burst?: number | undefined;
}

/** The header `Strict-Transport-Security`. */
export interface Hsts {
  /** How long browsers remember it. Default: `730d`. */
  readonly maxAge?: Duration | undefined;
  /** Whether it holds for every name below the one that is asked, of whatever server: browsers then reach none of them by plain HTTP. Default: `true`. */
  readonly includeSubDomains?: boolean | undefined;
}

/** A database: `sqlite()` or `postgres({ … })`. */
export type Database = Sqlite | Postgres;

/** A SQLite database that outlives releases. */
export interface Sqlite {
  readonly kind: "sqlite";
  /** The variable that tells the application its address: `sqlite:///…`. Default: `DATABASE_URL`. */
  readonly variable?: string | undefined;
}

/** A PostgreSQL database on a server that is there already. This version of cozy makes no backups of it. */
export interface Postgres {
  readonly kind: "postgres";
  /** Its address: `postgres://user@host/name`. With a password in it, from `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`. */
  readonly url: Value;
  /** The variable that tells the application its address. Default: `DATABASE_URL`. */
  readonly variable?: string | undefined;
  /** How many connections the server takes. Default: asked of the server. */
  readonly connections?: number | undefined;
  /** How many of them one instance holds at most, all of its worker processes together. Default: not known, so it is not checked whether they suffice. */
  readonly pool?: number | undefined;
}

/** Uploaded files in a folder that outlives releases. */
export interface Disk {
  readonly kind: "disk";
  /** The variable that tells the application the folder, as a `file://` address. Default: `MEDIA_URL`. */
  readonly variable?: string | undefined;
  /** The path that they are served at, with a slash at both ends. Default: `/media/`. */
  readonly url?: string | undefined;
}

/** `memory()` or `redis({ … })`. */
export type MemoryOrRedis = Memory | Redis;

/** Kept in the memory of each process. */
export interface Memory {
  readonly kind: "memory";
}

/** A Redis server. */
export interface Redis {
  readonly kind: "redis";
  /** Its address: `redis://host:port/database`. */
  readonly url: Value;
}

/** What an environment changes of a process type. */
export interface ProcessOverride {
  /** Instances a host. */
  readonly count?: number | undefined;
  /** What one instance may use; a limit that is left out stays. */
  readonly limits?: Limits | undefined;
}

/** What an environment changes of a schedule: other times, or `false` for none. */
export type ScheduleOverride = false | ScheduleTimes;

/** Other times of a schedule. */
export interface ScheduleTimes {
  /** How often, counted from midnight UTC: at least a minute. Default: by `at` or `cron`. */
  readonly every?: Duration | undefined;
  /** At these times of the day. Default: by `every` or `cron`. */
  readonly at?: string | readonly string[] | undefined;
  /** With `at`: on these days of the week. Default: every day. */
  readonly on?: Weekday | readonly Weekday[] | undefined;
  /** The five fields of cron: minute, hour, day of month, month, day of week. Default: by `every` or `at`. */
  readonly cron?: string | undefined;
  /** The time zone of `at` and `cron`: `"Europe/Zurich"`. Default: `UTC`. */
  readonly timeZone?: string | undefined;
}

/** What is kept for a rollback. */
export interface Keep {
  /** Releases beside the one that serves. Default: `5`. */
  readonly releases?: number | undefined;
  /** How long the old instances stay started after a switch. Default: `10m`. */
  readonly warm?: Duration | undefined;
}

/** How the traffic moves to a new release: `switchAtOnce({ … })` or `canary({ … })`. */
export type Strategy = SwitchStrategy | CanaryStrategy;

/** All traffic moves at once. */
export interface SwitchStrategy {
  readonly kind: "switch";
  /** Watches the release after the switch, against the one before, and takes it back by itself. The old release's workers stay until it is over. Default: not watched. */
  readonly watch?: WatchOptions | undefined;
}

/** How a release that takes traffic is watched, and when it goes back by itself. */
export interface WatchOptions {
  /** How long each step is watched at least. Default: `5m`. */
  readonly bake?: Duration | undefined;
  /** What happens when the last step is over and the evidence suffices neither way: go on watching until it does or a person decides (`hold`), watch for `extend` longer and then go back (`extend`), wait for a person (`ask`), put the release into force all the same (`go-on`), or go back (`roll-back`). Default: `"hold"`. */
  readonly inconclusive?: "hold" | "extend" | "ask" | "go-on" | "roll-back" | undefined;
  /** How much longer `extend` watches. Default: twice `bake`. */
  readonly extend?: Duration | undefined;
  /** How likely a release that is no worse may be taken back, however long it is watched. Default: `0.01`. */
  readonly alpha?: number | undefined;
  /** How likely a release that fails more often than `maxErrorRate` may be promoted. Default: `0.05`. */
  readonly beta?: number | undefined;
  /** The share of failed requests that a release must be shown to stay below. Default: `0.05`. */
  readonly maxErrorRate?: number | undefined;
  /** How many times the errors of the stable release are no reason to go back. Default: `1`. */
  readonly errorMargin?: number | undefined;
  /** The same for slow requests. Default: `1.5`. */
  readonly slowMargin?: number | undefined;
  /** From which duration on a request counts as slow. Default: the 95th percentile of the stable release. */
  readonly slow?: Duration | undefined;
  /** Requests that the release must have served before it can be promoted. Default: `20`. */
  readonly minRequests?: number | undefined;
}

/** A share of the traffic moves first, and the release that serves it is compared with the stable one. */
export interface CanaryStrategy {
  readonly kind: "canary";
  /** The shares, one after the other; all of the traffic follows the last. A quiet site wants 20 rather than 5: each failed request of the canary tells most when the shares are alike. Default: `[20, 50]`. */
  readonly steps?: readonly number[] | undefined;
  /** How long each step is watched at least. Default: `5m`. */
  readonly bake?: Duration | undefined;
  /** What happens when the last step is over and the evidence suffices neither way: go on watching until it does or a person decides (`hold`), watch for `extend` longer and then go back (`extend`), wait for a person (`ask`), put the release into force all the same (`go-on`), or go back (`roll-back`). Default: `"hold"`. */
  readonly inconclusive?: "hold" | "extend" | "ask" | "go-on" | "roll-back" | undefined;
  /** How much longer `extend` watches. Default: twice `bake`. */
  readonly extend?: Duration | undefined;
  /** How likely a release that is no worse may be taken back, however long it is watched. Default: `0.01`. */
  readonly alpha?: number | undefined;
  /** How likely a release that fails more often than `maxErrorRate` may be promoted. Default: `0.05`. */
  readonly beta?: number | undefined;
  /** The share of failed requests that a release must be shown to stay below. Default: `0.05`. */
  readonly maxErrorRate?: number | undefined;
  /** How many times the errors of the stable release are no reason to go back. Default: `1`. */
  readonly errorMargin?: number | undefined;
  /** The same for slow requests. Default: `1.5`. */
  readonly slowMargin?: number | undefined;
  /** From which duration on a request counts as slow. Default: the 95th percentile of the stable release. */
  readonly slow?: Duration | undefined;
  /** Requests that the release must have served before it can be promoted. Default: `20`. */
  readonly minRequests?: number | undefined;
}

/** Backups of the database, made whether a deployer is there or not. */
export interface Backups {
  /** The store of the daily backups and of those before a deploy. Default: a folder of the environment, on the same disk. */
  readonly to?: Directory | undefined;
  /** How long they are kept; the newest ones stay whatever their age. Default: `7d`. */
  readonly keep?: Duration | undefined;
  /** How often, counted from midnight UTC: at least a minute. Default: by `at` or `cron`. */
  readonly every?: Duration | undefined;
  /** At these times of the day. Default: `"03:00"`, unless `every` or `cron` says otherwise. */
  readonly at?: string | readonly string[] | undefined;
  /** With `at`: on these days of the week. Default: every day. */
  readonly on?: Weekday | readonly Weekday[] | undefined;
  /** The five fields of cron: minute, hour, day of month, month, day of week. Default: by `every` or `at`. */
  readonly cron?: string | undefined;
  /** The time zone of `at` and `cron`: `"Europe/Zurich"`. Default: `UTC`. */
  readonly timeZone?: string | undefined;
  /** One backup a week, in a store of its own, kept for longer. Default: none. */
  readonly weekly?: WeeklyBackups | undefined;
}

/** A folder of this machine that backups are kept in, best on another disk. */
export interface Directory {
  readonly kind: "directory";
  /** Its path, absolute or relative to `cozy.config.ts`. */
  readonly path: string;
}

/** One backup a week, in a store of its own, kept for longer. */
export interface WeeklyBackups {
  /** The store: another one than that of the daily backups. */
  readonly to: Directory;
  /** How long they are kept. Default: `90d`. */
  readonly keep?: Duration | undefined;
}

/** Each release is tried on restored data before production is touched: its migrations, itself, and the old release on the new schema. */
export interface Rehearsal {
  /** Variables that differ in a rehearsal, such as the key of a payment provider's test system. Secrets that are drawn are drawn anew, addresses of cache, sessions and queue become `memory:`, and nothing can reach the network where the machine can seal it off. Default: none. */
  readonly variables?: { readonly [name: string]: Value } | undefined;
  /** What a deploy does when something could not be shown, such as a table that no check wrote to: go on and say so, or refuse. Default: `"go-on"`. */
  readonly notProven?: "go-on" | "refuse" | undefined;
  /** How long the migrations may take on the restored data. Default: `1h`. */
  readonly migrateWithin?: Duration | undefined;
}

/** Objectives that are measured. `cozy promises` shows what was promised beside what was measured. */
export interface Promises {
  /** How soon the data is back, and how much of it may be lost. Default: not promised. */
  readonly recovery?: RecoveryPromise | undefined;
  /** The share of requests that are answered. Default: not promised. */
  readonly availability?: AvailabilityPromise | undefined;
  /** How soon they are answered. Default: not promised. */
  readonly latency?: LatencyPromise | undefined;
}

/** How soon the data is back, and how much of it may be lost. */
export interface RecoveryPromise {
  /** Recovery time objective: from the decision to restore to the first right answer. */
  readonly rto: Duration;
  /** Recovery point objective: the age of the newest data that can be brought back. */
  readonly rpo: Duration;
  /** What holds data and is not covered. Everything that holds data is either covered or named here. Default: nothing. */
  readonly notPromised?: readonly DataHolder[] | undefined;
  /** How old the last drill may be before the promise counts as not proven. Default: `30d`. */
  readonly drillWithin?: Duration | undefined;
}

/** What holds data of an environment. */
export type DataHolder = "database" | "media" | "persist" | "sessions";

/** The share of requests that are answered without a fault of ours. */
export interface AvailabilityPromise {
  /** At least this many of a hundred. */
  readonly percent: number;
  /** Over how long it is measured. Default: `30d`. */
  readonly over?: Duration | undefined;
}

/** How soon requests are answered. */
export interface LatencyPromise {
  /** 95 of a hundred are answered within this time. */
  readonly p95: Duration;
  /** Over how long it is measured. Default: `1d`. */
  readonly over?: Duration | undefined;
}
