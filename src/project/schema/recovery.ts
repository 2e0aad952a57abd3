import * as z from "zod/mini";
import { documented, object, optional, required } from "./doc.ts";
import { whenFields } from "./schedules.ts";
import { duration, text, value, variables } from "./values.ts";

const directory = object(
  "Directory",
  "A folder of this machine that backups are kept in, best on another disk.",
  {
    kind: z.literal("directory"),
    path: required(text, "Its path, absolute or relative to `cozy.config.ts`."),
  },
  "`directory(…)`",
);

const { every, at, on, cron, timeZone } = whenFields();

const weekly = object("WeeklyBackups", "One backup a week, in a store of its own, kept for longer.", {
  to: required(directory, "The store: another one than that of the daily backups."),
  keep: optional(duration, "How long they are kept.", "`90d`"),
});

export const backups = object(
  "Backups",
  "Backups of the database, made whether a deployer is there or not.",
  {
    to: optional(
      directory,
      "The store of the daily backups and of those before a deploy.",
      "a folder of the environment, on the same disk",
    ),
    keep: optional(duration, "How long they are kept; the newest ones stay whatever their age.", "`7d`"),
    every,
    at: documented(at, {
      text: "At these times of the day.",
      default: '`"03:00"`, unless `every` or `cron` says otherwise',
    }),
    on,
    cron,
    timeZone,
    weekly: optional(weekly, "One backup a week, in a store of its own, kept for longer.", "none"),
  },
);

export const rehearsal = object(
  "Rehearsal",
  "Each release is tried on restored data before production is touched: its migrations, itself, and the old release on the new schema.",
  {
    variables: optional(
      variables(value),
      "Variables that differ in a rehearsal, such as the key of a payment provider's test system. Secrets that are drawn are drawn anew, addresses of cache, sessions and queue become `memory:`, and nothing can reach the network where the machine can seal it off.",
      "none",
    ),
    notProven: optional(
      documented(z.enum(["go-on", "refuse"]), { expects: '`"go-on"` or `"refuse"`' }),
      "What a deploy does when something could not be shown, such as a table that no check wrote to: go on and say so, or refuse.",
      '`"go-on"`',
    ),
    migrateWithin: optional(duration, "How long the migrations may take on the restored data.", "`1h`"),
  },
);

export const holders = ["database", "media", "persist", "sessions"] as const;

const holder = documented(z.enum(holders), {
  name: "DataHolder",
  about: "What holds data of an environment.",
  expects: `one of ${holders.map((one) => `"${one}"`).join(", ")}`,
});

const recovery = object("RecoveryPromise", "How soon the data is back, and how much of it may be lost.", {
  rto: required(duration, "Recovery time objective: from the decision to restore to the first right answer."),
  rpo: required(duration, "Recovery point objective: the age of the newest data that can be brought back."),
  notPromised: optional(
    documented(z.array(holder), {
      expects: `a list of what holds data: ${holders.join(", ")}`,
    }),
    "What holds data and is not covered. Everything that holds data is either covered or named here.",
    "nothing",
  ),
  drillWithin: optional(
    duration,
    "How old the last drill may be before the promise counts as not proven.",
    "`30d`",
  ),
});

const percent = documented(z.number().check(z.gt(0), z.lt(100)), {
  expects: "a percentage below 100, such as 99.9",
});

const availability = object(
  "AvailabilityPromise",
  "The share of requests that are answered without a fault of ours.",
  {
    percent: required(percent, "At least this many of a hundred."),
    over: optional(duration, "Over how long it is measured.", "`30d`"),
  },
);

const latency = object("LatencyPromise", "How soon requests are answered.", {
  p95: required(duration, "95 of a hundred are answered within this time."),
  over: optional(duration, "Over how long it is measured.", "`1d`"),
});

export const promises = object(
  "Promises",
  "Objectives that are measured. `cozy promises` shows what was promised beside what was measured.",
  {
    recovery: optional(
      recovery,
      "How soon the data is back, and how much of it may be lost.",
      "not promised",
    ),
    availability: optional(availability, "The share of requests that are answered.", "not promised"),
    latency: optional(latency, "How soon they are answered.", "not promised"),
  },
);
