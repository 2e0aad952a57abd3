import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEvidence } from "../promises/evidence.ts";
import type { ReadyReport } from "../hosts/host.ts";
import type { RecordedScratch } from "../rehearsal/open-recorded.ts";
import { sampleProject, sampleRecord } from "../release/testing.ts";
import { openQuietly } from "../shared/open-quietly.ts";
import { drill } from "./drill.ts";
import type { DrillPromises } from "./drill-findings.ts";
import { drillLines, summary } from "./drill-text.ts";
import type { DrillVerdict } from "./drill-verdict.ts";
import { keepDrill } from "./keep-drill.ts";
import { databaseName } from "./manifest.ts";
import { sqliteStage, type SqliteStage } from "./testing/sqlite-stage.ts";

const never = new AbortController().signal;
const hour = 3_600_000;
const release = { ...sampleRecord(sampleProject(), "r1"), environment: "production" };
const promises: DrillPromises = {
  rtoMs: 4 * hour,
  rpoMs: hour,
  keepMs: undefined,
  heartbeat: false,
  since: 0,
};

let stage: SqliteStage;
beforeEach(async () => {
  stage = await sqliteStage();
  await stage.addBookings(3);
});
afterEach(async () => stage.dispose());

async function backUp(): Promise<void> {
  await stage.backups.backUp({ class: "daily", release: "r1", for: undefined }, never);
  stage.pass(60_000);
}

interface Seen {
  readonly ready?: ReadyReport;
  readonly answers?: Awaited<ReturnType<RecordedScratch["scratch"]["smoke"]>>;
  readonly failed?: readonly { readonly sql: string; readonly error: string }[];
}

const fine = { ok: true, faults: [], tail: [] };
const passed = { check: "GET /", ok: true, reason: undefined, durationMs: 1 };

/** What a release does on the data is given; restoring it is real. */
function scratch({ ready = fine, answers = [passed], failed = [] }: Seen): RecordedScratch {
  const parts = {
    databaseFile: join(stage.folder, "database.sqlite"),
    sealed: true,
    place: async () => undefined,
    start: async () => undefined,
    ready: async () => ready,
    smoke: async () => answers,
    close: async () => undefined,
  };
  const recorder = { failed: async () => failed.map((one) => ({ at: 0, release: "r1", ...one })) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that a drill uses is there
  return { scratch: parts, recorder } as unknown as RecordedScratch;
}

async function drilled(
  seen: Seen = {},
  more: { promises?: Partial<DrillPromises>; only?: string } = {},
): Promise<DrillVerdict> {
  await rm(join(stage.folder, "database.sqlite"), { force: true });
  return drill(
    {
      environment: "production",
      release,
      backups: stage.backups,
      only: more.only,
      promises: { ...promises, ...more.promises },
      open: async () => scratch(seen),
      now: () => stage.pass(0),
      progress: () => undefined,
    },
    never,
  );
}

const outcomes = ({ findings }: DrillVerdict) => findings.map(({ name, outcome }) => `${name}: ${outcome}`);
const textOf = ({ findings }: DrillVerdict, of: string) => findings.find(({ name }) => name === of)?.text;

describe("a drill", () => {
  it("proves what it measured, by stage", async () => {
    await backUp();
    const verdict = await drilled();
    expect(outcomes(verdict)).toEqual([
      "restored: pass",
      "integrity: pass",
      "rows: pass",
      "sealed off: pass",
      "release: pass",
      "recovery time: pass",
      "age of the data: pass",
    ]);
    expect(verdict.stages.map(({ name }) => name)).toEqual([
      "find",
      "open",
      "copy",
      "check",
      "start",
      "ready",
      "smoke",
    ]);
    expect(summary(verdict)).toMatch(
      /^PROVEN: the data is back within .+, 1 min old, from backup \S+\. Production was not touched\.$/,
    );
    expect(drillLines(verdict).join("\n")).toContain(
      "drill of production with backup 20261124T030000Z-daily: pass",
    );
  });

  it("is nothing proven without a backup", async () => {
    const verdict = await drilled();
    expect([verdict.outcome, outcomes(verdict)]).toEqual(["not proven", ["restored: not proven"]]);
    expect(summary(verdict)).toBe(
      "NOT PROVEN: restored: there is no backup; `cozy backup production` makes one. Production was not touched.",
    );
  });

  it.each([
    ["a flipped byte", "its SHA-256 differs", async () => spoilNewest()],
    [
      "a truncated file",
      "database.sqlite has 100 bytes instead of",
      async () => truncate(await newest(databaseName), 100),
    ],
    ["a missing file", "database.sqlite is missing", async () => rm(await newest(databaseName))],
    ["a missing manifest", "it has no manifest.json", async () => rm(await newest("manifest.json"))],
  ])("fails by %s, and restores the one before it", async (_, why, spoil) => {
    await backUp();
    await backUp();
    await spoil();
    const verdict = await drilled();
    expect(verdict.outcome).toBe("fail");
    expect(verdict.backup).toBe("20261124T030000Z-daily");
    expect(summary(verdict)).toMatch(
      /^NOT PROVEN: backup 20261124T030100Z-daily could not be restored \(.+\)\. Backup 20261124T030000Z-daily of 2026-11-24 03:00:00 UTC could\. Production was not touched\.$/,
    );
    expect(summary(verdict)).toContain(why);
    expect(outcomes(verdict)).toContain("release: pass");
  });

  it("proves neither time nor age where none can be restored", async () => {
    await backUp();
    await spoilNewest();
    const verdict = await drilled();
    expect(outcomes(verdict)).toEqual([
      "restored: fail",
      "release: not proven",
      "recovery time: not proven",
      "age of the data: not proven",
    ]);
    expect(summary(verdict)).toContain("NOT PROVEN: backup 20261124T030000Z-daily could not be restored (");
    expect(verdict.rtoMs).toBeUndefined();
  });

  it("tries only the one that is named", async () => {
    await backUp();
    await backUp();
    expect((await drilled({}, { only: "20261124T030000Z" })).backup).toBe("20261124T030000Z-daily");
    await spoilNewest();
    expect(outcomes(await drilled({}, { only: "20261124T030100Z" }))).toContain("recovery time: not proven");
  });

  it("holds the time and the age against what is promised", async () => {
    await backUp();
    stage.pass(2 * hour);
    const late = await drilled({}, { promises: { rtoMs: 0 } });
    expect([textOf(late, "recovery time"), textOf(late, "age of the data")]).toEqual([
      expect.stringMatching(/from the start to the last right answer, beyond the promised 0 ms/),
      "2 h 1 min by the moment that its manifest claims, beyond the promised 1 h",
    ]);
    expect(late.outcome).toBe("fail");
    const nothing = await drilled({}, { promises: { rtoMs: undefined, rpoMs: undefined } });
    expect([nothing.outcome, textOf(nothing, "recovery time")]).toEqual([
      "pass",
      expect.stringContaining("nothing is promised"),
    ]);
  });

  it("measures the age by the heartbeat, and does not take a claim for it where one is expected", async () => {
    await backUp();
    const claim = await drilled({}, { promises: { heartbeat: true } });
    expect(claim.outcome).toBe("not proven");
    expect(textOf(claim, "age of the data")).toContain(
      "the heartbeat that should be written each minute is not in the data",
    );
    const database = openQuietly(stage.database);
    database.exec("CREATE TABLE cozy_heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL)");
    database.exec(`INSERT INTO cozy_heartbeat VALUES (1, ${stage.pass(0) - 30_000})`);
    database.close();
    await backUp();
    const beaten = await drilled({}, { promises: { heartbeat: true } });
    expect([beaten.outcome, beaten.ageMs, textOf(beaten, "age of the data")]).toEqual([
      "pass",
      90_000,
      "1 min 30 s by the heartbeat in the data, within the promised 1 h",
    ]);
  });

  it("fails by a statement that the data refuses, and proves nothing where the release only lacks something", async () => {
    await backUp();
    const bad = {
      check: "GET /",
      ok: false,
      reason: "status 500 instead of 200",
      durationMs: 1,
      tail: ["boom"],
    };
    const failed = [{ sql: "SELECT note FROM bookings", error: "no such column: note" }];
    const refused = await drilled({ answers: [bad], failed });
    expect(refused.findings.find(({ name }) => name === "release")).toMatchObject({
      outcome: "fail",
      text: "r1 on the restored data: GET /: status 500 instead of 200",
      details: ["statement: SELECT note FROM bookings: no such column: note"],
    });
    const lacking = await drilled({ ready: { ok: false, faults: ["web.0 exited"], tail: ["no network"] } });
    expect(lacking.findings.find(({ name }) => name === "release")).toMatchObject({
      outcome: "not proven",
      details: ["no network"],
    });
    expect([lacking.outcome, lacking.rtoMs, textOf(lacking, "recovery time")]).toEqual([
      "not proven",
      undefined,
      "the release gave no right answer on the restored data",
    ]);
    expect((await drilled({ answers: [] })).outcome).toBe("not proven");
  });

  it("counts rows against what was counted when the backup was made", async () => {
    await backUp();
    const manifest = await newest("manifest.json");
    await writeFile(manifest, (await readFile(manifest, "utf8")).replace(/"bookings": ?3/, '"bookings":4'));
    expect(textOf(await drilled(), "rows")).toBe("not as counted when the backup was made: bookings");
  });

  it("looks how far back there is something to go back to", async () => {
    const day = 24 * hour;
    await backUp();
    const start = stage.pass(0);
    const young = await drilled({}, { promises: { keepMs: 7 * day, since: start - hour } });
    expect(textOf(young, "retention")).toContain("7 d are declared, and the environment is 1 h old");
    expect(young.outcome).toBe("pass");
    const old = await drilled({}, { promises: { keepMs: 7 * day, since: start - 30 * day } });
    expect(outcomes(old)).toContain("retention: not proven");
    stage.pass(6 * day);
    const reached = await drilled(
      {},
      { promises: { keepMs: 7 * day, since: start - 30 * day, rpoMs: undefined } },
    );
    expect(outcomes(reached)).toContain("retention: pass");
  });
});

describe("what is kept of a drill", () => {
  const evidenceOf = async (verdict: DrillVerdict) => {
    const { rtoMs, rpoMs } = promises;
    await keepDrill(stage.paths.evidence, verdict, { rtoMs, rpoMs });
    const read = async (name: "recovery.rto" | "recovery.rpo" | "backups-restorable") =>
      (await readEvidence(stage.paths.evidence, name)).measurements.at(-1);
    return {
      rto: await read("recovery.rto"),
      rpo: await read("recovery.rpo"),
      restorable: await read("backups-restorable"),
    };
  };

  it("is evidence for each promise", async () => {
    await backUp();
    const { rto, rpo, restorable } = await evidenceOf(await drilled());
    expect(rto).toMatchObject({
      outcome: "kept",
      declared: 4 * hour,
      by: "cozy drill production",
      backup: "20261124T030000Z-daily",
    });
    expect(rpo).toMatchObject({ outcome: "kept", measured: 60_000, declared: hour });
    expect(restorable).toMatchObject({ outcome: "kept" });
  });

  it("breaks a promise only where something was seen to be broken", async () => {
    await backUp();
    await spoilNewest();
    const { rto, rpo, restorable } = await evidenceOf(await drilled());
    expect([rto?.outcome, rpo?.outcome]).toEqual(["not proven", "not proven"]);
    expect(restorable).toMatchObject({ outcome: "broken", backup: "20261124T030000Z-daily" });
  });
});

async function newest(file: string): Promise<string> {
  const backup = (await stage.backups.list(never)).at(-1);
  if (backup === undefined) throw new Error("there is no backup");
  return join(backup.place, file);
}

async function spoilNewest(): Promise<void> {
  const backup = (await stage.backups.list(never)).at(-1);
  if (backup !== undefined) await stage.spoil(backup);
}
