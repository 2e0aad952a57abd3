import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Evidence, PromiseName } from "./evidence.ts";
import { judgeLost } from "./judge-lost.ts";
import { ledgerOf } from "./ledger.ts";
import { type PromiseFacts, type PromiseRow } from "./promise.ts";
import {
  sampleBackup,
  sampleCounts,
  sampleEvidence,
  sampleFacts,
  sampleNow,
  sampleRun,
  sampleSchedule,
} from "./testing.ts";
import { dayMs } from "../shared/duration.ts";

const hourMs = 3_600_000;
const change = {
  command: "deploy",
  release: "new",
  startedAt: sampleNow - hourMs,
  endedAt: sampleNow - hourMs + 60_000,
} as const;

function states(facts: PromiseFacts): Record<string, PromiseRow["state"]> {
  return statesOf(ledgerOf(facts).rows);
}

function statesOf(rows: readonly PromiseRow[]): Record<string, PromiseRow["state"]> {
  return Object.fromEntries(rows.map(({ promise, state }) => [promise, state]));
}

function rowOf(promise: PromiseRow["promise"], change: Partial<PromiseFacts>): PromiseRow {
  const row = ledgerOf(sampleFacts(change)).rows.find((one) => one.promise === promise);
  if (row === undefined) throw new Error(`no row ${promise}`);
  return row;
}

const withEvidence = (promise: PromiseName, ...measurements: Evidence[]): Partial<PromiseFacts> => ({
  evidence: { ...sampleFacts().evidence, [promise]: measurements },
});

describe("the ledger", () => {
  it("has a row for everything that is promised, and is kept where all of them are", () => {
    const ledger = ledgerOf(sampleFacts());
    expect(statesOf(ledger.rows)).toEqual({
      "recovery.rto": "kept",
      "recovery.rpo": "kept",
      "data.media": "not promised",
      "backups-restorable": "kept",
      retention: "kept",
      availability: "kept",
      latency: "kept",
      "no-lost-request": "kept",
      "schedule.cleanup": "kept",
    });
    expect(ledger.outcome).toBe("kept");
  });

  it("is not proven where one is not, and broken where one is", () => {
    expect(ledgerOf(sampleFacts({ kept: [] })).outcome).toBe("broken");
    expect(ledgerOf(sampleFacts({ logBegin: undefined })).outcome).toBe("not proven");
    const both = { logBegin: undefined, kept: [] };
    expect(ledgerOf(sampleFacts(both)).outcome).toBe("broken");
  });

  it("promises by itself only what there is", () => {
    const promises = { recovery: undefined, availability: undefined, latency: undefined };
    expect(states(sampleFacts({ promises, backups: undefined, schedules: [], change: undefined }))).toEqual({
      "no-lost-request": "not proven",
    });
  });
});

describe("recovery", () => {
  it("is not proven before the first drill, nor by one that is too old, that could not show it, or that is of the future", () => {
    expect(rowOf("recovery.rto", withEvidence("recovery.rto"))).toMatchObject({
      state: "not proven",
      text: "no drill was held yet",
      next: "cozy drill production",
    });
    const at = (ageMs: number) =>
      rowOf(
        "recovery.rto",
        withEvidence("recovery.rto", sampleEvidence("recovery.rto", { at: sampleNow - ageMs, measured: 1 })),
      );
    expect(at(30 * dayMs).state).toBe("kept");
    expect(at(30 * dayMs + 1)).toMatchObject({
      state: "not proven",
      text: "the last drill was 30 d ago, and a drill proves it for 30 d",
    });
    expect(at(-2 * hourMs)).toMatchObject({ state: "not proven", measuredAt: sampleNow + 2 * hourMs });
    const open = sampleEvidence("recovery.rto", { outcome: "not proven", text: "no smoke check" });
    expect(rowOf("recovery.rto", withEvidence("recovery.rto", open))).toMatchObject({
      state: "not proven",
      text: "the last drill could not show it: no smoke check",
    });
  });

  it("holds a measurement against what is declared now", () => {
    const measured = sampleEvidence("recovery.rto", { measured: 5 * hourMs, declared: 6 * hourMs });
    expect(rowOf("recovery.rto", withEvidence("recovery.rto", measured))).toMatchObject({
      state: "broken",
      text: "the last drill measured 5 h, and 4 h is promised by now",
    });
  });

  it("stays broken until a drill shows that it is kept, however long ago that was", () => {
    const broken = sampleEvidence("recovery.rto", { at: sampleNow - 90 * dayMs, outcome: "broken" });
    expect(rowOf("recovery.rto", withEvidence("recovery.rto", broken)).state).toBe("broken");
    const kept = sampleEvidence("recovery.rto", { measured: 1_000 });
    expect(rowOf("recovery.rto", withEvidence("recovery.rto", broken, kept)).state).toBe("kept");
    const open = sampleEvidence("recovery.rto", {
      at: sampleNow - dayMs,
      outcome: "not proven",
      text: "cut off",
    });
    expect(rowOf("recovery.rto", withEvidence("recovery.rto", kept, open))).toMatchObject({
      state: "kept",
      text: "as it should be; a later one could not show it: cut off",
    });
  });

  it("loses no more than promised only while the newest sound backup is young enough", () => {
    const rpoWith = (...kept: PromiseFacts["kept"]) => rowOf("recovery.rpo", { kept });
    expect(rpoWith(sampleBackup(sampleNow - 23 * hourMs)).state).toBe("kept");
    expect(rpoWith(sampleBackup(sampleNow - 25 * hourMs))).toMatchObject({
      state: "broken",
      measured: "newest backup 25 h old",
      next: "cozy backup production",
    });
    const damaged = sampleBackup(sampleNow - hourMs, { fault: "database.sqlite is missing" });
    expect(rpoWith(sampleBackup(sampleNow - 25 * hourMs), damaged).state).toBe("broken");
    const ofTheFuture = sampleBackup(sampleNow + 2 * hourMs);
    expect(rpoWith(sampleBackup(sampleNow - 25 * hourMs), ofTheFuture).state).toBe("broken");
    expect(rpoWith()).toMatchObject({ state: "broken", measured: undefined });
    expect(rowOf("recovery.rpo", { kept: [], since: sampleNow - hourMs }).state).toBe("not proven");
  });

  it("says of everything that holds data whether it is covered", () => {
    expect(rowOf("data.persist", { holders: ["database", "persist"] })).toMatchObject({
      state: "not proven",
      text: "nothing backs up persistent folders, and nothing says that they are not covered",
    });
    expect(rowOf("data.database", { backups: undefined, kept: [] })).toMatchObject({ state: "not proven" });
    expect(states(sampleFacts({ backups: undefined }))).not.toHaveProperty("data.database");
  });
});

describe("backups", () => {
  const sound = sampleBackup(sampleNow - 9 * hourMs);

  it("are restorable where a drill restored one and none is damaged", () => {
    const damaged = sampleBackup(sampleNow - 2 * dayMs, {
      fault: "database.sqlite has 3 bytes instead of 4096",
    });
    expect(rowOf("backups-restorable", { kept: [damaged, sound] })).toMatchObject({
      state: "broken",
      measured: "1 of 2 sound",
      text: `${damaged.id} is damaged: database.sqlite has 3 bytes instead of 4096`,
      next: "cozy backups production",
    });
    const evidence = withEvidence("backups-restorable");
    expect(rowOf("backups-restorable", evidence)).toMatchObject({ state: "not proven" });
    expect(rowOf("backups-restorable", { kept: [] })).toMatchObject({ state: "not proven" });
    expect(rowOf("backups-restorable", { missingStores: ["/mnt/backups"] })).toMatchObject({
      state: "not proven",
      text: "/mnt/backups can't be looked into",
    });
  });

  it("stay broken while one is kept that could not be restored, whatever came of others since", () => {
    const failed = sampleEvidence("backups-restorable", {
      backup: sound.id,
      at: sampleNow - 2 * hourMs,
      outcome: "broken",
      text: "the hash is wrong",
    });
    const other = sampleEvidence("backups-restorable", { at: sampleNow - hourMs });
    const evidence = withEvidence("backups-restorable", failed, other);
    expect(rowOf("backups-restorable", { ...evidence, kept: [sound] })).toMatchObject({
      state: "broken",
      text: `${sound.id}: the hash is wrong`,
    });
    const again = sampleEvidence("backups-restorable", { backup: sound.id, at: sampleNow });
    const restored = withEvidence("backups-restorable", failed, other, again);
    expect(rowOf("backups-restorable", { ...restored, kept: [sound] }).state).toBe("kept");
  });

  it("are kept for as long as declared, as far as the environment's age can show that", () => {
    const { kept } = sampleFacts();
    expect(rowOf("retention", {})).toMatchObject({
      state: "kept",
      declared: "7 d",
      measured: "oldest 6.3 d",
    });
    expect(rowOf("retention", { kept: kept.slice(2) })).toMatchObject({ state: "not proven" });
    const young = { kept: kept.slice(-2), since: sampleNow - 2 * dayMs, evidence: {} };
    expect(rowOf("retention", young)).toMatchObject({
      state: "kept",
      text: "the oldest backup is of 2026-11-23 03:00:00 UTC; the environment is 2 d old, so 7 d can be seen from 2026-11-29 12:00:00 UTC on",
    });
    expect(rowOf("retention", { ...young, since: sampleNow - 5 * dayMs }).state).toBe("not proven");
    expect(rowOf("retention", { since: undefined }).state).toBe("not proven");
    expect(rowOf("retention", { kept: [], evidence: {} }).state).toBe("not proven");
  });

  it("break the promise where one is gone that evidence names", () => {
    const kept = sampleFacts().kept.filter(({ id }) => id !== "20261121T030000Z-daily");
    expect(rowOf("retention", { kept })).toMatchObject({
      state: "broken",
      text: "20261121T030000Z-daily is gone after 3.3 d: it was there for cozy drill production on 2026-11-21 12:00:00 UTC",
    });
    expect(rowOf("retention", { kept, missingStores: ["/mnt/backups"] }).state).toBe("not proven");
  });

  it("are held to two rules where the weekly ones have a store of their own", () => {
    const { backups, kept } = sampleFacts();
    if (backups === undefined) throw new Error("the sample has backups");
    const weekly = { store: { kind: "directory", path: "/weekly" }, keepMs: 90 * dayMs } as const;
    const both = { backups: { ...backups, weekly } };
    expect(rowOf("retention", both)).toMatchObject({
      state: "not proven",
      declared: "7 d, weekly 90 d",
      text: "the oldest backup is of 2026-11-18 03:00:00 UTC; there is no weekly backup yet",
    });
    const first = sampleBackup(sampleNow - 35 * dayMs, { id: "20261020T030000Z-weekly", store: "weekly" });
    expect(rowOf("retention", { ...both, kept: [first, ...kept] }).state).toBe("kept");
    expect(rowOf("retention", { ...both, since: sampleNow - 3 * dayMs }).state).toBe("kept");
  });
});

describe("requests", () => {
  it("are available by count: broken by one too many, and not proven by too few", () => {
    const of = (requests: number, failed: number) =>
      rowOf("availability", { availability: sampleCounts({ requests, failed }) });
    expect(of(1_000, 1)).toMatchObject({ state: "kept", measured: "99.9 %" });
    expect(of(1_000, 2)).toMatchObject({ state: "broken", measured: "99.8 %" });
    expect(of(999, 0)).toMatchObject({
      state: "not proven",
      measured: "100 %",
      text: "0 of 999 requests failed or had no answer in 30 d; 99.9 % can be shown by 1,000 requests or more",
    });
    expect(of(999, 1).state).toBe("broken");
    expect(of(0, 0)).toMatchObject({ state: "not proven", measured: undefined });
  });

  it("says by itself how many requests met maintenance, whatever else came out", () => {
    const availability = sampleCounts({ requests: 100_000, failed: 1, closed: 1_234 });
    expect(rowOf("availability", { availability })).toMatchObject({
      state: "kept",
      closed: 1_234,
      measured: "99.999 %, 1,234 met maintenance",
      text: expect.stringContaining(", and 1,234 requests met maintenance"),
    });
    const all = sampleCounts({ closed: 3 });
    expect(rowOf("availability", { availability: all })).toMatchObject({
      state: "not proven",
      measured: "3 met maintenance",
    });
    const judged = judgeLost(sampleCounts({ requests: 7, closed: 3 }), { command: "deploy", release: "r2" });
    expect(judged).toEqual({
      outcome: "kept",
      measured: 0,
      declared: 0,
      closed: 3,
      text: "7 requests in the deploy of r2, none lost; 3 requests met maintenance",
    });
  });

  it("that got no whole answer count like those that failed", () => {
    const availability = sampleCounts({ requests: 1_000, failed: 1, lost: 1 });
    expect(rowOf("availability", { availability }).state).toBe("broken");
  });

  it("prove nothing where the log begins too late, or where what can't be read could be failures", () => {
    expect(rowOf("availability", { logBegin: sampleNow - 29 * dayMs })).toMatchObject({
      state: "not proven",
    });
    expect(
      rowOf("availability", { since: sampleNow - 29 * dayMs, logBegin: sampleNow - 29 * dayMs }),
    ).toMatchObject({
      state: "kept",
      text: expect.stringContaining("in 29 d, since the first release"),
    });
    const few = sampleCounts({ requests: 10_000, failed: 5, unreadable: 5 });
    expect(rowOf("availability", { availability: few }).state).toBe("kept");
    expect(rowOf("availability", { availability: { ...few, unreadable: 6 } }).state).toBe("not proven");
    expect(rowOf("availability", { availability: undefined }).state).toBe("not proven");
  });

  it("are fast enough where no more than 5 of a hundred are slow", () => {
    const of = (timed: number, slow: number) =>
      rowOf("latency", { latency: sampleCounts({ requests: timed, timed, slow, p95Ms: 290 }) });
    expect(of(20, 1)).toMatchObject({ state: "kept", measured: "p95 290 ms" });
    expect(of(20, 2).state).toBe("broken");
    expect(of(19, 0).state).toBe("not proven");
  });
});

describe("requests to a fleet", () => {
  const all = { counted: ["web-1", "web-2"], uncounted: [], lastLog: "web-2" };
  const away = { ...all, counted: ["web-1"], uncounted: [{ host: "web-2", why: "it can't be reached." }] };

  it("are of all its hosts, and tells so", () => {
    expect(rowOf("availability", { fleet: all })).toMatchObject({
      state: "kept",
      text: "42 of 120,000 requests failed or had no answer in 30 d on 2 hosts",
    });
    expect(rowOf("latency", { fleet: all })).toMatchObject({ state: "kept", measured: "p95 at most 212 ms" });
    const { uncounted, counted } = all;
    expect(ledgerOf(sampleFacts({ fleet: all })).requestsOf).toEqual({ counted, uncounted });
    expect(ledgerOf(sampleFacts())).not.toHaveProperty("requestsOf");
  });

  it("say nothing of the whole, good or bad, where one was not counted", () => {
    const next = "cozy status production";
    expect(rowOf("availability", { fleet: away })).toMatchObject({
      state: "not proven",
      text: "42 of 120,000 requests failed or had no answer in 30 d on 1 host; web-2 was not counted: it can't be reached",
      next,
    });
    const bad = sampleCounts({ requests: 100, failed: 50 });
    expect(rowOf("availability", { fleet: away, availability: bad }).state).toBe("not proven");
    expect(rowOf("availability", { fleet: all, availability: bad }).state).toBe("broken");
    const slow = sampleCounts({ requests: 100, timed: 100, slow: 50, p95Ms: 900 });
    expect(rowOf("latency", { fleet: away, latency: slow })).toMatchObject({
      state: "not proven",
      measured: "p95 900 ms",
      next,
    });
    expect(rowOf("latency", { fleet: all, latency: slow }).state).toBe("broken");
  });

  it("name the host whose log does not reach back", () => {
    const text = expect.stringContaining("; the access log of web-2 only begins at 2026-10-26");
    expect(rowOf("availability", { fleet: all, logBegin: sampleNow - 29 * dayMs })).toMatchObject({ text });
    expect(rowOf("latency", { fleet: all, logBegin: undefined }).text).toContain(
      "; no log is there on web-2",
    );
  });

  it("break the promise of a change wherever one was lost, and keep it only where all were counted", () => {
    const of = (lost: number, fleet: PromiseFacts["fleet"], more: Partial<PromiseFacts> = {}) =>
      rowOf("no-lost-request", {
        ...more,
        ...withEvidence("no-lost-request"),
        change: { ...change, requests: sampleCounts({ requests: 9, lost }) },
        fleet,
      });
    expect(of(0, all)).toMatchObject({ state: "kept", text: expect.stringContaining(" on 2 hosts") });
    expect(of(0, away)).toMatchObject({
      state: "not proven",
      text: expect.stringContaining("; web-2 was not counted: it can't be reached"),
      next: "cozy status production",
    });
    expect(of(0, away, { logBegin: undefined })).toMatchObject({
      state: "not proven",
      text: "the access log of web-2 tells nothing, or not all, of the deploy of new; web-2 was not counted: it can't be reached",
    });
    expect(of(1, away)).toMatchObject({ state: "broken", next: "cozy logs production --type access" });
  });
});

describe("no lost request", () => {
  it("is what the last deploy counted, and nothing that was counted before it", () => {
    const lost = sampleEvidence("no-lost-request", {
      at: sampleNow - hourMs + 2_000,
      outcome: "broken",
      measured: 3,
      text: "3 of 900 requests got no whole answer",
    });
    const row = rowOf("no-lost-request", {
      ...withEvidence("no-lost-request", lost),
      change: { ...change, requests: undefined },
    });
    expect(row).toMatchObject({ state: "broken", measured: "3 lost", measuredAt: lost.at });
    const before = { ...lost, at: sampleNow - 2 * hourMs, outcome: "kept" } as const;
    const open = rowOf("no-lost-request", {
      ...withEvidence("no-lost-request", before),
      change: { ...change, requests: undefined },
    });
    expect(open).toMatchObject({ state: "not proven", text: "the deploy of new left no count" });
  });

  it("is counted from the log where the change left no count, as where it was taken back", () => {
    const evidence = withEvidence("no-lost-request");
    const of = (requests: PromiseFacts["availability"], more: Partial<PromiseFacts> = {}) =>
      rowOf("no-lost-request", { ...evidence, change: { ...change, requests }, ...more });
    expect(of(sampleCounts({ requests: 12 }))).toMatchObject({
      state: "kept",
      by: "cozy promises production",
    });
    expect(of(sampleCounts({ requests: 12, lost: 1 }))).toMatchObject({
      state: "broken",
      measured: "1 lost",
    });
    expect(of(sampleCounts({ requests: 12, unreadable: 1 })).state).toBe("not proven");
    expect(of(sampleCounts({ requests: 12 }), { logBegin: sampleNow - hourMs + 6_000 }).state).toBe(
      "not proven",
    );
    // Nothing was logged before the first release answered.
    const first = { since: change.endedAt, logBegin: sampleNow - hourMs + 6_000 };
    expect(of(sampleCounts({ requests: 12 }), first).state).toBe("kept");
    expect(
      rowOf("no-lost-request", {
        ...evidence,
        change: { ...change, endedAt: undefined, requests: undefined },
      }),
    ).toMatchObject({
      state: "not proven",
      text: "the deploy of new has not ended",
    });
  });
});

describe("a schedule", () => {
  const bad = { outcome: "failed", exitCode: 3 } as const;
  const of = (change: Parameters<typeof sampleSchedule>[0]) =>
    rowOf("schedule.cleanup", { schedules: [sampleSchedule(change)] });

  it("is kept by a success for one of its last two starts", () => {
    expect(of({ runs: [sampleRun(sampleNow - hourMs), sampleRun(sampleNow, bad)] })).toMatchObject({
      state: "kept",
      text: "its last success was 59 min ago; its last run failed with exit code 3 after 2 s",
    });
    expect(
      of({ runs: [sampleRun(sampleNow - 2 * hourMs), sampleRun(sampleNow - hourMs, bad)] }),
    ).toMatchObject({
      state: "broken",
    });
  });

  it("is not proven where it never ran, or where somebody suspended it", () => {
    expect(of({ runs: [] })).toMatchObject({ state: "not proven", text: "it has not run yet" });
    expect(of({ runs: [sampleRun(sampleNow, bad)] }).state).toBe("not proven");
    const suspended = { at: sampleNow - dayMs, by: "alice on laptop", reason: "the archive is full" };
    expect(of({ suspended, runs: [sampleRun(sampleNow - dayMs)] })).toMatchObject({
      state: "not proven",
      text: "its last success was 23 h ago; alice on laptop suspended it at 2026-11-23 12:00:00 UTC: the archive is full",
      next: "cozy schedules production --resume cleanup",
    });
    expect(of({ suspended }).state).toBe("kept");
  });
});

describe("what is missing", () => {
  it("never makes a promise kept that was not, nor lets it vanish", () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...removals), (facts, [, remove]) => {
        expect(gained(states(facts), states(remove(facts)))).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });

  it("is noticed: of a ledger that is kept whole, each removal leaves something open", () => {
    for (const [what, remove] of removals.filter(([name]) => name !== "the release in force")) {
      expect([what, ledgerOf(remove(sampleFacts())).outcome]).not.toEqual([what, "kept"]);
    }
  });

  it("is what time makes of drills and backups", () => {
    const ofDrills = ({ promise }: PromiseRow) => /^recovery|restorable/.test(promise);
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 0, max: 60 * dayMs }), (facts, later) => {
        const before = ledgerOf(facts).rows.filter(ofDrills);
        const after = states({ ...facts, now: facts.now + later });
        expect(gained(statesOf(before), after)).toEqual([]);
        const broken = before.filter(({ state }) => state === "broken");
        expect(broken.map(({ promise }) => after[promise])).toEqual(broken.map(() => "broken"));
      }),
      { numRuns: 400 },
    );
  });
});

/** Promises that are kept afterwards and were not, or that are not there any more. */
function gained(
  before: Record<string, PromiseRow["state"]>,
  after: Record<string, PromiseRow["state"]>,
): string[] {
  return Object.entries(before)
    .filter(([promise, state]) => {
      // That a backup is gone before its time is known from the evidence that names it, and from nothing else.
      if (promise === "retention" && state === "broken") return false;
      return after[promise] === undefined || (state !== "kept" && after[promise] === "kept");
    })
    .map(([promise]) => promise);
}

const drilledPromises = ["recovery.rto", "recovery.rpo", "backups-restorable", "no-lost-request"] as const;

const anyEvidence = (promise: PromiseName) =>
  fc.array(
    fc
      .record({
        at: fc.integer({ min: 0, max: 45 * dayMs }).map((age) => sampleNow - age),
        outcome: fc.constantFrom("kept", "kept", "broken", "not proven"),
        measured: fc.option(fc.integer({ min: 0, max: 6 * hourMs }), { nil: undefined }),
        backup: fc.constantFrom(...sampleFacts().kept.map(({ id }) => id), "20261001T030000Z-daily"),
      })
      .map((change) => sampleEvidence(promise, change)),
    { maxLength: 3 },
  );

const anyBackups = fc.array(
  fc
    .record({
      age: fc.integer({ min: 0, max: 9 * 24 }),
      fault: fc.constantFrom(undefined, undefined, undefined, undefined, "it is torn"),
    })
    .map(({ age, fault }) => sampleBackup(sampleNow - age * hourMs, { fault })),
  { maxLength: 8 },
);

const anyCounts = fc
  .record({
    requests: fc.integer({ min: 0, max: 3_000 }),
    failed: fc.constantFrom(0, 0, 1, 5),
    lost: fc.constantFrom(0, 0, 1),
    slow: fc.constantFrom(0, 0, 1, 200),
    unreadable: fc.constantFrom(0, 0, 1),
  })
  .map((counts) => sampleCounts({ ...counts, timed: counts.requests, p95Ms: 100 }));

const ageOf = fc.integer({ min: 0, max: 50 * dayMs }).map((age) => sampleNow - age);

/** Counted from midnight, which is sooner done than the times of a calendar. */
const daily: PromiseFacts["backups"] = {
  store: undefined,
  keepMs: 7 * dayMs,
  when: { kind: "every", everyMs: dayMs },
  weekly: undefined,
};

const anyFacts: fc.Arbitrary<PromiseFacts> = fc
  .record({
    evidence: fc.record(
      Object.fromEntries(drilledPromises.map((promise) => [promise, anyEvidence(promise)])),
    ) as fc.Arbitrary<PromiseFacts["evidence"]>,
    kept: fc.oneof(fc.constant(sampleFacts().kept), anyBackups),
    since: fc.option(ageOf, { nil: undefined }),
    logBegin: fc.option(ageOf, { nil: undefined }),
    availability: fc.option(anyCounts, { nil: undefined }),
    latency: fc.option(anyCounts, { nil: undefined }),
    change: fc.option(
      fc.record({
        command: fc.constantFrom("deploy" as const, "rollback" as const),
        release: fc.constant("new"),
        startedAt: ageOf,
        endedAt: fc.constantFrom(sampleNow, undefined),
        requests: fc.option(anyCounts, { nil: undefined }),
      }),
      { nil: undefined },
    ),
    missingStores: fc.constantFrom([], [], ["/mnt/backups"]),
    schedules: fc
      .array(fc.record({ hours: fc.integer({ min: 0, max: 5 }), good: fc.boolean() }), { maxLength: 4 })
      .map((runs) => [
        sampleSchedule({
          runs: runs
            .toSorted((a, b) => b.hours - a.hours)
            .map(({ hours, good }) =>
              sampleRun(sampleNow - hours * hourMs, good ? {} : { outcome: "failed", exitCode: 1 }),
            ),
        }),
      ]),
  })
  .map((change) => counted(sampleFacts({ ...change, backups: daily })));

/** A change is only counted anew where it left no count. */
function counted(facts: PromiseFacts): PromiseFacts {
  const { change } = facts;
  if (change === undefined) return facts;
  const has = facts.evidence["no-lost-request"]?.some(({ at }) => at >= change.startedAt) === true;
  return has ? { ...facts, change: { ...change, requests: undefined } } : facts;
}

type Removal = readonly [string, (facts: PromiseFacts) => PromiseFacts];

const removals: readonly Removal[] = [
  ...drilledPromises.flatMap((promise): Removal[] => [
    [`evidence of ${promise}`, (facts) => ({ ...facts, evidence: { ...facts.evidence, [promise]: [] } })],
    [
      `what kept ${promise}`,
      (facts) => ({
        ...facts,
        evidence: {
          ...facts.evidence,
          [promise]: facts.evidence[promise]?.filter(({ outcome }) => outcome !== "kept"),
        },
      }),
    ],
  ]),
  ["all backups", (facts) => ({ ...facts, kept: [] })],
  ["the newest backup's manifest", (facts) => ({ ...facts, kept: withoutManifest(facts.kept, -1) })],
  ["the oldest backup's manifest", (facts) => ({ ...facts, kept: withoutManifest(facts.kept, 0) })],
  ["a store", (facts) => ({ ...facts, missingStores: ["/mnt/weekly"] })],
  ["the begin", (facts) => ({ ...facts, since: undefined })],
  ["the log", (facts) => ({ ...facts, logBegin: undefined })],
  ["the counts of availability", (facts) => ({ ...facts, availability: undefined })],
  ["the counts of latency", (facts) => ({ ...facts, latency: undefined })],
  [
    "the counts of a host",
    (facts) => ({
      ...facts,
      fleet: { counted: ["web-1"], uncounted: [{ host: "web-2", why: "it is away" }], lastLog: "web-1" },
    }),
  ],
  ["the change", (facts) => ({ ...facts, change: undefined })],
  ["the release in force", (facts) => ({ ...facts, current: undefined })],
  [
    "the runs of schedules",
    (facts) => ({ ...facts, schedules: facts.schedules.map((schedule) => ({ ...schedule, runs: [] })) }),
  ],
];

function withoutManifest(kept: PromiseFacts["kept"], at: number): PromiseFacts["kept"] {
  const lost = kept.at(at);
  return kept.map((one) =>
    one === lost ? { ...one, record: undefined, fault: "it has no manifest.json" } : one,
  );
}
