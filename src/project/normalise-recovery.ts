import { resolve } from "node:path";
import type {
  Backups as BackupsInput,
  Directory,
  Promises as PromisesInput,
  Rehearsal as RehearsalInput,
} from "./input.ts";
import { mapValues, normaliseValue } from "./normalise-parts.ts";
import { normaliseTimes } from "./normalise-schedules.ts";
import type { Backups, DirectoryStore, Promises, Rehearsal } from "./project.ts";
import { durationMs } from "./units.ts";

export function normaliseBackups(input: BackupsInput, root: string): Backups {
  const timed = input.every !== undefined || input.cron !== undefined || input.at !== undefined;
  return {
    store: input.to && storeAt(input.to, root),
    keepMs: durationMs(input.keep ?? "7d"),
    when: normaliseTimes(timed ? input : { ...input, at: "03:00" }),
    weekly: input.weekly && {
      store: storeAt(input.weekly.to, root),
      keepMs: durationMs(input.weekly.keep ?? "90d"),
    },
  };
}

export function normaliseRehearsal(input: RehearsalInput): Rehearsal {
  return {
    variables: mapValues(input.variables ?? {}, normaliseValue),
    notProven: input.notProven ?? "go-on",
    migrateWithinMs: durationMs(input.migrateWithin ?? "1h"),
  };
}

export function normalisePromises({ recovery, availability, latency }: PromisesInput): Promises {
  return {
    recovery: recovery && {
      rtoMs: durationMs(recovery.rto),
      rpoMs: durationMs(recovery.rpo),
      notPromised: recovery.notPromised ?? [],
      drillWithinMs: durationMs(recovery.drillWithin ?? "30d"),
    },
    availability: availability && {
      percent: availability.percent,
      overMs: durationMs(availability.over ?? "30d"),
    },
    latency: latency && { p95Ms: durationMs(latency.p95), overMs: durationMs(latency.over ?? "1d") },
  };
}

function storeAt({ path }: Directory, root: string): DirectoryStore {
  return { kind: "directory", path: resolve(root, path) };
}
