import type { KeptBackup } from "../recovery/backup.ts";
import type { Backups, DataHolder, Promises, ScheduleTimes } from "../project/project.ts";
import type { RunEvidence } from "../schedules/evidence.ts";
import type { Suspension } from "../schedules/suspension.ts";
import type { Evidence, PromiseName } from "./evidence.ts";
import type { RequestCounts } from "./request-counts.ts";
import type { UncountedHost } from "./requests-of-others.ts";
import { dayMs } from "../shared/duration.ts";

/** `not promised` is said of what holds data and is left out on purpose; it counts for nothing. */
export type PromiseState = "kept" | "broken" | "not proven" | "not promised";

/** A line of the ledger: what was promised beside what was measured. */
export interface PromiseRow {
  readonly promise: PromiseName | `data.${DataHolder}`;
  readonly state: PromiseState;
  /** In words: `4 h`, `99.9 % over 30 d`, `every deploy`; empty where nothing is promised. */
  readonly declared: string;
  /** In words; `undefined` where nothing was measured. */
  readonly measured: string | undefined;
  /** Requests that met a site closed for maintenance, which count neither way; absent where there were none. */
  readonly closed?: number | undefined;
  /** When, in milliseconds since the epoch. */
  readonly measuredAt: number | undefined;
  /** How old the measurement is. */
  readonly ageMs: number | undefined;
  /** How old it may be before it proves nothing any more; `undefined` where it is about one event or taken anew each time. */
  readonly limitMs: number | undefined;
  readonly release: string | undefined;
  readonly backup: string | undefined;
  /** The command that measured it. */
  readonly by: string | undefined;
  /** A sentence with its numbers: why the state is what it is. */
  readonly text: string;
  /** Stages and findings of the measurement, for the reader who wants to know more. */
  readonly details: readonly string[];
  /** The command that would prove it, or put it right; `undefined` where there is nothing to do. */
  readonly next: string | undefined;
}

/** All that the ledger is made from. What is left out of it can only make a promise less proven. */
export interface PromiseFacts {
  readonly environment: string;
  readonly now: number;
  readonly promises: Promises;
  readonly backups: Backups | undefined;
  readonly holders: readonly DataHolder[];
  /** The release in force. */
  readonly current: string | undefined;
  /** Since when a release has been in force. */
  readonly since: number | undefined;
  readonly kept: readonly KeptBackup[];
  /** Stores of backups that could not be looked into. */
  readonly missingStores: readonly string[];
  /** Since when the access log, or that of every host of a fleet, tells of everything. */
  readonly logBegin: number | undefined;
  /** Whose requests were counted; absent where there is one host, or where nothing was to count. */
  readonly fleet?: CountedFleet | undefined;
  /** Of the span that `spanStart` gives; `undefined` where none was promised, or where no log is kept. */
  readonly availability: RequestCounts | undefined;
  readonly latency: RequestCounts | undefined;
  readonly change: ReleaseChange | undefined;
  readonly schedules: readonly ScheduleFacts[];
  /** Oldest first. */
  readonly evidence: Readonly<Partial<Record<PromiseName, readonly Evidence[]>>>;
}

/** The hosts of a fleet by whether their requests are among those that were counted. */
export interface CountedFleet {
  readonly counted: readonly string[];
  readonly uncounted: readonly UncountedHost[];
  /** Whose log reaches back least. */
  readonly lastLog: string;
}

/** The last deploy or rollback that came as far as moving traffic, whether it stayed in force or was taken back. */
export interface ReleaseChange {
  readonly command: "deploy" | "rollback";
  readonly release: string;
  readonly startedAt: number;
  /** `undefined` while it goes on, or where it was cut off. */
  readonly endedAt: number | undefined;
  /** Counted now; only where it left no count of its own. */
  readonly requests: RequestCounts | undefined;
}

export interface ScheduleFacts {
  readonly name: string;
  readonly when: ScheduleTimes;
  /** The second to last start that was due by now. */
  readonly startBeforeLast: number | undefined;
  readonly suspended: Suspension | null;
  /** Oldest first. */
  readonly runs: readonly RunEvidence[];
}

/** The first answer is logged when it is over, which may be a moment after somebody else saw that. */
const logSlackMs = 5_000;

/** Whether the access log tells of everything since a moment. */
export function isLoggedSince({ logBegin }: Pick<PromiseFacts, "logBegin">, at: number): boolean {
  return logBegin !== undefined && logBegin <= at + logSlackMs;
}

/** A span that is measured begins where the environment did, if that is later. */
export function spanStart({ now, since }: Pick<PromiseFacts, "now" | "since">, overMs: number): number {
  return Math.max(now - overMs, since ?? now);
}

/** Clocks differ a little; what is dated later than this shows that one was set wrong, and proves nothing. */
const futureMs = 3_600_000;

export function isInFuture(at: number, now: number): boolean {
  return at > now + futureMs;
}

/** How old a drill may be where nothing else was said. */
export const drillWithinMs = 30 * dayMs;

/** What a row without any measurement has. */
export const unmeasured = {
  measured: undefined,
  measuredAt: undefined,
  ageMs: undefined,
  release: undefined,
  backup: undefined,
  by: undefined,
  details: [],
} as const;

/** What a row takes over from its measurement. */
export function measuredBy(
  { at, release, backup, by, details = [] }: Evidence,
  now: number,
): Pick<PromiseRow, "measuredAt" | "ageMs" | "release" | "backup" | "by" | "details"> {
  return { measuredAt: at, ageMs: Math.max(0, now - at), release, backup, by, details };
}

/** The last measurement that says yes or no; one that could show neither takes nothing back. */
export function lastDecisive(evidence: readonly Evidence[] = []): Evidence | undefined {
  return evidence
    .filter(({ outcome }) => outcome === "kept" || outcome === "broken")
    .reduce<Evidence | undefined>(
      (last, one) => (last === undefined || one.at >= last.at ? one : last),
      undefined,
    );
}

/** The last measurement of all, for the reader to whom the last decisive one says too little. */
export function lastOf(evidence: readonly Evidence[] = []): Evidence | undefined {
  return evidence.reduce<Evidence | undefined>(
    (last, one) => (last === undefined || one.at >= last.at ? one : last),
    undefined,
  );
}
