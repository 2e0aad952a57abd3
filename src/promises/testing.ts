import type { KeptBackup } from "../recovery/backup.ts";
import type { AccessLine } from "../routing/access-line.ts";
import type { RunEvidence } from "../schedules/evidence.ts";
import type { Evidence, PromiseName } from "./evidence.ts";
import { type PromiseFacts, type ScheduleFacts } from "./promise.ts";
import type { RequestCounts } from "./request-counts.ts";
import { dayMs } from "../shared/duration.ts";

/** An environment of forty days that keeps everything it promises, for tests of the ledger and of its texts. */
export const sampleNow = Date.parse("2026-11-24T12:00:00.000Z");
const hourMs = 3_600_000;

/** A request that was answered well, as the access log has it. */
export function sampleAccessLine(at: number, change: Partial<AccessLine> = {}): AccessLine {
  return {
    format: 1,
    time: new Date(at).toISOString(),
    method: "GET",
    path: "/",
    query: false,
    status: 200,
    ms: 1,
    upstreamMs: 1,
    bytes: 1,
    address: "192.0.2.1",
    id: "x",
    agent: "tester",
    ...change,
  };
}

export function sampleFacts(change: Partial<PromiseFacts> = {}): PromiseFacts {
  return {
    environment: "production",
    now: sampleNow,
    promises: {
      recovery: { rtoMs: 4 * hourMs, rpoMs: dayMs, notPromised: ["media"], drillWithinMs: 30 * dayMs },
      availability: { percent: 99.9, overMs: 30 * dayMs },
      latency: { p95Ms: 300, overMs: dayMs },
    },
    backups: {
      store: undefined,
      keepMs: 7 * dayMs,
      when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
      weekly: undefined,
    },
    holders: ["database", "media"],
    current: "20261120-090000-abc1234",
    since: sampleNow - 40 * dayMs,
    kept: [0, 1, 2, 3, 4, 5, 6]
      .map((days) => sampleBackup(sampleNow - 9 * hourMs - days * dayMs))
      .toReversed(),
    missingStores: [],
    logBegin: sampleNow - 40 * dayMs,
    availability: sampleCounts({ requests: 120_000, failed: 40, lost: 2 }),
    latency: sampleCounts({ requests: 4_000, timed: 4_000, slow: 100, p95Ms: 212 }),
    change: {
      command: "deploy",
      release: "20261120-090000-abc1234",
      startedAt: sampleNow - 4 * dayMs,
      endedAt: sampleNow - 4 * dayMs + 60_000,
      requests: undefined,
    },
    schedules: [sampleSchedule()],
    evidence: {
      "recovery.rto": [
        sampleEvidence("recovery.rto", {
          measured: 12_400,
          text: "4.1 s to restore, 8.3 s to the first right answer",
        }),
      ],
      "recovery.rpo": [
        sampleEvidence("recovery.rpo", { measured: 42_000, text: "the newest row was 42 s old" }),
      ],
      "backups-restorable": [sampleEvidence("backups-restorable", { text: "1 backup was restored, whole" })],
      "no-lost-request": [
        sampleEvidence("no-lost-request", {
          at: sampleNow - 4 * dayMs + 60_000,
          by: "cozy deploy production",
          backup: undefined,
          measured: 0,
          text: "1,204 requests in the deploy of 20261120-090000-abc1234, none lost",
        }),
      ],
    },
    ...change,
  };
}

export function sampleEvidence(promise: PromiseName, change: Partial<Evidence> = {}): Evidence {
  return {
    format: 1,
    promise,
    at: sampleNow - 3 * dayMs,
    outcome: "kept",
    measured: undefined,
    declared: undefined,
    text: "as it should be",
    release: "20261120-090000-abc1234",
    backup: "20261121T030000Z-daily",
    by: "cozy drill production",
    ...change,
  };
}

export function sampleBackup(at: number, change: Partial<KeptBackup> = {}): KeptBackup {
  const id = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z-daily`;
  return {
    id,
    place: `/backups/${id}`,
    store: "daily",
    fault: undefined,
    record: {
      format: 1,
      id,
      project: "shop",
      environment: "production",
      class: "daily",
      at,
      durationMs: 100,
      release: "20261120-090000-abc1234",
      for: undefined,
      database: { kind: "sqlite" },
      files: [],
      heartbeatAt: at - 30_000,
      rows: {},
      cozy: "0.0.0",
    },
    ...change,
  };
}

export function sampleCounts(change: Partial<RequestCounts> = {}): RequestCounts {
  return {
    requests: 0,
    lost: 0,
    failed: 0,
    givenUp: 0,
    closed: 0,
    firstAt: undefined,
    timed: 0,
    slow: 0,
    p95Ms: undefined,
    unreadable: 0,
    ...change,
  };
}

export function sampleSchedule(change: Partial<ScheduleFacts> = {}): ScheduleFacts {
  return {
    name: "cleanup",
    when: { kind: "every", everyMs: hourMs },
    startBeforeLast: sampleNow - hourMs,
    suspended: null,
    runs: [sampleRun(sampleNow - 2 * hourMs), sampleRun(sampleNow - hourMs)],
    ...change,
  };
}

export function sampleRun(due: number, change: Partial<RunEvidence> = {}): RunEvidence {
  return {
    format: 1,
    id: `run-${due}`,
    schedule: "cleanup",
    release: "20261120-090000-abc1234",
    due,
    startedAt: due,
    endedAt: due + 2_000,
    outcome: "succeeded",
    exitCode: 0,
    signal: null,
    by: "clock",
    outputFile: null,
    tail: [],
    ...change,
  };
}
