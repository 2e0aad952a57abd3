import { smoke, drain } from "./checks.ts";
import { limits } from "./app.ts";
import { documented, notYet, object, optional, required } from "./doc.ts";
import { backups, promises, rehearsal } from "./recovery.ts";
import { scheduleOverrides } from "./schedules.ts";
import { access, domains, http, servers } from "./servers.ts";
import { strategy } from "./strategy.ts";
import { count, duration, name, port, positive, urlFolder, value, variables } from "./values.ts";
import * as z from "zod/mini";

const address = documented(z.string().check(z.regex(/^[0-9a-fA-F.:]+$|^localhost$/)), {
  expects: 'an address of this machine, such as "127.0.0.1" or "0.0.0.0"',
});

const variable = documented(z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/)), {
  expects: "the name of a variable",
});

const thisMachine = object(
  "ThisMachine",
  "The machine that cozy runs on; no root and nothing to install.",
  {
    kind: z.literal("this-machine"),
    port: required(port, "The port that the proxy listens on; each environment has one of its own."),
    address: optional(address, "The address that the proxy listens on.", "`127.0.0.1`"),
  },
  "`thisMachine({ … })`",
);

const target = documented(z.union([thisMachine, servers]), {
  name: "Target",
  about: "What an environment runs on: `thisMachine({ … })` or `servers([…])`.",
  expects: "`thisMachine({ … })` or `servers([…])`",
});

const sqlite = object(
  "Sqlite",
  "A SQLite database that outlives releases.",
  {
    kind: z.literal("sqlite"),
    variable: optional(
      variable,
      "The variable that tells the application its address: `sqlite:///…`.",
      "`DATABASE_URL`",
    ),
  },
  "`sqlite()`",
);

const postgres = object(
  "Postgres",
  "A PostgreSQL database on a server that is there already. This version of cozy makes no backups of it.",
  {
    kind: z.literal("postgres"),
    url: required(
      value,
      "Its address: `postgres://user@host/name`. With a password in it, from `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`.",
    ),
    variable: optional(variable, "The variable that tells the application its address.", "`DATABASE_URL`"),
    connections: optional(positive, "How many connections the server takes.", "asked of the server"),
    pool: optional(
      positive,
      "How many of them one instance holds at most, all of its worker processes together.",
      "not known, so it is not checked whether they suffice",
    ),
  },
  "`postgres({ … })`",
);

const database = documented(z.union([sqlite, postgres]), {
  name: "Database",
  about: "A database: `sqlite()` or `postgres({ … })`.",
  expects: "`sqlite()` or `postgres({ … })`",
});

const disk = object(
  "Disk",
  "Uploaded files in a folder that outlives releases.",
  {
    kind: z.literal("disk"),
    variable: optional(
      variable,
      "The variable that tells the application the folder, as a `file://` address.",
      "`MEDIA_URL`",
    ),
    url: optional(urlFolder, "The path that they are served at, with a slash at both ends.", "`/media/`"),
  },
  "`disk()`",
);

const memory = object("Memory", "Kept in the memory of each process.", {
  kind: z.literal("memory"),
});

const redis = object("Redis", "A Redis server.", {
  kind: z.literal("redis"),
  url: required(value, "Its address: `redis://host:port/database`."),
});

const memoryOrRedis = documented(z.union([memory, redis]), {
  name: "MemoryOrRedis",
  about: "`memory()` or `redis({ … })`.",
  expects: "`memory()` or `redis({ … })`",
});

const processOverride = object("ProcessOverride", "What an environment changes of a process type.", {
  count: optional(count, "Instances a host."),
  limits: optional(limits, "What one instance may use; a limit that is left out stays."),
});

const keep = object("Keep", "What is kept for a rollback.", {
  releases: optional(positive, "Releases beside the one that serves.", "`5`"),
  warm: optional(duration, "How long the old instances stay started after a switch.", "`10m`"),
});

export const laterText = {
  notify: "Who is told of deploys and alerts.",
} as const;

/** A new field each time, so that each place has its own documentation. */
export function laterFields(): Record<keyof typeof laterText, ReturnType<typeof notYet>> {
  return { notify: notYet(laterText.notify) };
}

export const environment = object(
  "Environment",
  "Where a release runs and by which rules.",
  {
    target: required(target, "What it runs on: `thisMachine({ … })` or `servers([…])`."),
    domains: optional(
      domains,
      "With `servers`: the names that the site answers to, with their certificate.",
      "it answers to every name, without TLS",
    ),
    access: optional(access, "With `servers`: who gets to see the site at all.", "everybody"),
    http: optional(http, "With `servers`: what nginx holds requests and answers to."),
    database: optional(database, "Its database: `sqlite()` or `postgres({ … })`.", "none"),
    media: optional(disk, "Where uploaded files are: `disk()`.", "none"),
    cache: optional(
      memoryOrRedis,
      "The cache; the application gets its address in `CACHE_URL`.",
      "none: the application's own default",
    ),
    sessions: optional(
      memoryOrRedis,
      "Where sessions are kept; the address is in `SESSIONS_URL`. A server that never evicts, and not the cache's.",
      "none: the application's own default, as a rule the database",
    ),
    queue: optional(
      memoryOrRedis,
      "Where jobs wait for a worker; the address is in `QUEUE_URL`. A server that never evicts.",
      "none: the application's own default",
    ),
    variables: optional(variables(value), "The variables that the application gets here."),
    processes: optional(
      documented(z.record(name, processOverride), { expects: "an object of process types by name" }),
      "Counts and limits that differ here.",
    ),
    smoke: optional(smoke, "Checks on top of the application's own.", "none"),
    drain: optional(drain, "Where it differs from the application's."),
    schedules: optional(scheduleOverrides, "Schedules that differ here.", "the application's own"),
    keep: optional(keep, "What is kept for a rollback."),
    strategy: optional(strategy, "How the traffic moves to a new release.", "`switchAtOnce()`"),
    backups: optional(backups, "Backups of the database.", "only copies before a migration"),
    rehearsal: optional(
      rehearsal,
      "Tries each release on restored data before production is touched.",
      "not rehearsed",
    ),
    promises: optional(promises, "Objectives that are measured.", "none but cozy's own"),
    ...laterFields(),
  },
  "an object with a `target`",
);
