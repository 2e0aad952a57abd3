import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import type { ReadyReport, ReleaseRecord } from "../hosts/host.ts";
import type { SmokeCheck } from "../project/project.ts";
import type { DatabaseBackups, KeptBackup } from "../recovery/backup.ts";
import { sampleProject, sampleRecord } from "../release/testing.ts";
import { rehearse, type RehearsalOrder } from "./rehearse.ts";
import type { Scratch } from "./scratch.ts";
import type { RehearsalVerdict } from "./verdict.ts";

const never = new AbortController().signal;
const check: SmokeCheck = {
  kind: "request",
  path: "/bookings",
  method: "POST",
  status: 303,
  text: undefined,
  withinMs: 5_000,
};
const ready: ReadyReport = { ok: true, faults: [], tail: [] };
const ended: ReadyReport = { ok: false, faults: ["web.0 exited"], tail: ["no key"] };

let folder = "";
let backupFile = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-rehearse-"));
  backupFile = join(folder, "backup.sqlite");
  sql(backupFile, "CREATE TABLE bookings (id INTEGER PRIMARY KEY, city TEXT)");
});
afterEach(async () => rm(folder, { recursive: true }));

function sql(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(statement);
  } finally {
    database.close();
  }
}

interface Wish {
  /** What a release does when it is asked to book, by its id. */
  readonly books?: Readonly<Record<string, string>>;
  /** What a command does to the database that it is given; one that is not here fails. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly ready?: Readonly<Record<string, ReadyReport>>;
  readonly sealed?: Scratch["sealed"];
  readonly restore?: Error;
  readonly change?: Partial<RehearsalOrder>;
  readonly contract?: readonly string[];
}

/** Stands in for the processes of the releases; the databases are real. */
async function held(wish: Wish) {
  const steps: string[] = [];
  const databaseFile = join(folder, "database.sqlite");
  const scratch: Scratch = {
    folder,
    databaseFile,
    host: Object.assign(fakeHost(), { oneOff: unused, replaceOlderSupervisor: unused }),
    sealed: wish.sealed ?? true,
    place: async ({ id }) => void steps.push(`place ${id}`),
    async run({ command, variables }) {
      const statement = wish.commands?.[command.join(" ")];
      if (statement === undefined) return { exitCode: 3, signal: null, tail: ["relation is missing"] };
      try {
        sql((variables?.["DATABASE_URL"] ?? "").replace("sqlite:///", ""), statement);
        return { exitCode: 0, signal: null, tail: [] };
      } catch (error) {
        return { exitCode: 1, signal: null, tail: [messageOf(error)] };
      }
    },
    start: async (id, types) => void steps.push(`start ${id} ${types.join("+")}`),
    stop: async (id) => void steps.push(`stop ${id}`),
    ready: async ({ id }) => wish.ready?.[id] ?? ready,
    async smoke({ id, smoke }) {
      return smoke.map(() => {
        const answer = { check: "POST /bookings", durationMs: 1 };
        try {
          sql(databaseFile, wish.books?.[id] ?? "INSERT INTO bookings (city) VALUES ('a')");
          return { ...answer, ok: true, reason: undefined };
        } catch {
          return { ...answer, ok: false, reason: "500 instead of 303" };
        }
      });
    },
    tail: async () => [],
    close: async () => void steps.push("close"),
  };
  const project = sampleProject({}, {});
  const record = (id: string): ReleaseRecord => ({ ...sampleRecord(project, id), smoke: [check] });
  const kept: KeptBackup = { id: "b1", place: folder, store: "daily", record: undefined, fault: undefined };
  const backups: DatabaseBackups = {
    list: async () => [kept],
    backUp: async () => undefined,
    prune: async () => [],
    async restore(_, file) {
      if (wish.restore) throw wish.restore;
      await copyFile(backupFile, file);
      const record = {
        id: "b1",
        at: 1_000,
        class: "daily",
        for: undefined,
        files: [],
        cozy: "1",
        durationMs: 1,
      } as const;
      const of = {
        format: 1,
        project: "tiny",
        environment: "staging",
        release: "r1",
        database: { kind: "sqlite" },
      } as const;
      return {
        file,
        record: { ...record, ...of, heartbeatAt: 400, rows: {} },
        heartbeatAt: 400,
        rows: {},
        stages: [],
      };
    },
  };
  const verdict = await rehearse(
    {
      release: record("r2"),
      previous: { ...record("r1"), contract: wish.contract ?? [] },
      migrate: ["migrate"],
      migrateWithinMs: 60_000,
      variable: "DATABASE_URL",
      backups,
      open: async () => ({
        scratch,
        recorder: { variables: {}, lay: async () => undefined, failed: async () => [] },
      }),
      now: () => 0,
      progress: () => undefined,
      ...wish.change,
    },
    never,
  );
  return { verdict, steps };
}

const unused = () => Promise.reject(new Error("not asked for in a rehearsal"));

const outcomes = ({ findings }: RehearsalVerdict) =>
  Object.fromEntries(findings.map(({ name, outcome }) => [name, outcome]));

const addTown = "ALTER TABLE bookings ADD COLUMN town TEXT";

describe("rehearse", () => {
  it("does not start the release in force a second time where the migrations wrote nothing", async () => {
    const { verdict, steps } = await held({
      commands: { migrate: "CREATE TABLE IF NOT EXISTS bookings (id)" },
    });
    expect(verdict).toMatchObject({ outcome: "pass", previous: "r1", backup: "b1", schemaChanges: [] });
    expect(verdict.findings.find(({ name }) => name === "migrations")?.text).toContain("changed nothing");
    expect(steps.filter((step) => step.startsWith("start"))).toEqual([
      "start r1 web",
      "start r2 web",
      "start r1 web",
    ]);
    expect(steps.at(-1)).toBe("close");
  });

  it("finds a second run that does not end well, and tries each release on data of its own", async () => {
    const { verdict, steps } = await held({ commands: { migrate: addTown } });
    expect(verdict.findings.find(({ name }) => name === "migrations again")).toMatchObject({
      outcome: "fail",
      text: "migrate ended with exit code 1",
      details: ["duplicate column name: town"],
    });
    const starts = ["start r1 web", "start r1 web", "start r2 web", "start r1 web"];
    expect(steps.filter((step) => step.startsWith("start"))).toEqual(starts);
  });

  it("says which release fails, and what was dropped", async () => {
    const rename = { migrate: "ALTER TABLE bookings RENAME COLUMN city TO town" };
    const books = { r2: "INSERT INTO bookings (town) VALUES ('a')" };
    const { verdict } = await held({ commands: rename, books });
    expect(outcomes(verdict)).toMatchObject({
      "old release": "fail",
      "new release": "pass",
      rollback: "fail",
      contract: "fail",
      "table bookings": "not proven",
    });
    expect(verdict.outcome).toBe("fail");
    const allowed = await held({
      commands: rename,
      books: { ...books, r1: "SELECT 1" },
      contract: ["bookings.city"],
    });
    expect(outcomes(allowed.verdict)).toMatchObject({ contract: "pass", "old release": "pass" });
  });

  it("ends with migrations that fail, and blames them only where the release in force could be started", async () => {
    const { verdict } = await held({});
    expect(verdict.findings.at(-1)).toMatchObject({
      name: "migrations",
      outcome: "fail",
      text: "migrate ended with exit code 3",
      details: ["relation is missing"],
    });
    const lame = await held({ ready: { r1: ended, r2: ended } });
    expect(lame.verdict.findings.at(-1)).toMatchObject({ name: "migrations", outcome: "not proven" });
    expect(lame.steps.at(-1)).toBe("close");
  });

  it("proves nothing of a release where the one in force can't be started here either", async () => {
    const { verdict } = await held({ commands: { migrate: addTown }, ready: { r1: ended, r2: ended } });
    expect(outcomes(verdict)).toMatchObject({ "old release": "not proven", "new release": "not proven" });
    expect(
      outcomes((await held({ commands: { migrate: addTown }, ready: { r2: ended } })).verdict),
    ).toMatchObject({
      "old release": "pass",
      "new release": "fail",
    });
  });

  it("rehearses the prepared way back on a copy of its own", async () => {
    const project = sampleProject();
    const release = { ...sampleRecord(project, "r2"), smoke: [check], migrateBack: ["back"] };
    const commands = { migrate: addTown, back: "ALTER TABLE bookings DROP COLUMN town" };
    const good = await held({ commands, change: { release } });
    expect(outcomes(good.verdict)["migrations back"]).toBe("pass");
    const half = await held({ commands: { ...commands, back: "SELECT 1" }, change: { release } });
    expect(half.verdict.findings.find(({ name }) => name === "migrations back")).toMatchObject({
      outcome: "not proven",
      details: ["+ bookings.town text"],
    });
    const bad = await held({ commands: { migrate: addTown }, change: { release } });
    expect(outcomes(bad.verdict)["migrations back"]).toBe("fail");
  });

  it("starts nothing but the web instances where the machine can't seal it off", async () => {
    const project = sampleProject();
    const base = sampleRecord(project, "r2");
    const release: ReleaseRecord = {
      ...base,
      smoke: [check],
      processes: { ...base.processes, ...(base.processes["web"] && { worker: base.processes["web"] }) },
    };
    const { verdict, steps } = await held({
      sealed: "only Linux can",
      commands: { migrate: "CREATE TABLE IF NOT EXISTS bookings (id)" },
      change: { release },
    });
    expect(outcomes(verdict)).toMatchObject({ "sealed off": "not proven", "process worker": "not proven" });
    expect(verdict.outcome).toBe("not proven");
    expect(steps.join()).not.toContain("worker");
  });

  it("fails on a backup that can't be restored, and proves nothing without one or without a release in force", async () => {
    const restore = new CozyError("kept-file-damaged", { message: "its hash differs" });
    const { verdict, steps } = await held({ restore });
    expect(verdict).toMatchObject({
      outcome: "fail",
      findings: [{ name: "restored", text: "its hash differs" }],
    });
    expect(steps.at(-1)).toBe("close");
    const backups = { list: async () => [], backUp: unused, prune: unused, restore: unused };
    const none = await held({ change: { backups } });
    expect(none.verdict).toMatchObject({
      outcome: "not proven",
      findings: [{ text: expect.stringContaining("cozy backup") }],
    });
    const first = await held({ change: { previous: undefined } });
    expect(first.verdict).toMatchObject({ outcome: "not proven", findings: [{ name: "release in force" }] });
    expect([...none.steps, ...first.steps]).toEqual([]);
  });

  it("closes the scratch environment where what it needs breaks", async () => {
    await expect(held({ restore: new TypeError("ours") })).rejects.toThrow("ours");
  });
});
