// Made from schema/ by `node src/project/reference/main.ts`; a test fails when it is stale. Do not edit.

/** The application and its environments. */
export interface ProjectFile {
  /** The project's name: at most 32 lowercase letters, digits and dashes, beginning with a letter. */
  readonly name: string;
  /** The application: `node({ … })` or `django({ … })`. */
  readonly app: App;
  /** The environments by name; the names follow the same rule as the project's. */
  readonly environments: { readonly [name: string]: Environment };
  /** Names that the site answers to, with their certificates. Not carried out by this version of cozy. */
  readonly domains?: never;
  /** Who may see the site or deploy to it. Not carried out by this version of cozy. */
  readonly access?: never;
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
  /** What it runs on: `thisMachine({ … })`. */
  readonly target: ThisMachine;
  /** Its database: `sqlite()`. Default: none. */
  readonly database?: Sqlite | undefined;
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
  /** Names that the site answers to, with their certificates. Not carried out by this version of cozy. */
  readonly domains?: never;
  /** Who may see the site or deploy to it. Not carried out by this version of cozy. */
  readonly access?: never;
  /** Who is told of deploys and alerts. Not carried out by this version of cozy. */
  readonly notify?: never;
}

/** The machine that cozy runs on; no root and nothing to install. */
export interface ThisMachine {
  readonly kind: "this-machine";
  /** The port that the proxy listens on; each environment has one of its own. */
  readonly port: number;
  /** The address that the proxy listens on. Default: `127.0.0.1`. */
  readonly address?: string | undefined;
}

/** A SQLite database that outlives releases. */
export interface Sqlite {
  readonly kind: "sqlite";
  /** The variable that tells the application its address: `sqlite:///…`. Default: `DATABASE_URL`. */
  readonly variable?: string | undefined;
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

/** Where the value of a variable comes from: a string stands for itself, anything else is `fromEnvironment(…)`, `dotenv(…)` or `generated()`. */
export type Value = string | FromEnvironment | FromDotenv | Generated;

/** A value drawn at random once for an environment, and kept with it. */
export interface Generated {
  readonly from: "generated";
  /** How many random bytes it has; the value is their base64url text. Default: `32`. */
  readonly bytes?: number | undefined;
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
