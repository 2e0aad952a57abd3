import { describe, expect, it } from "vitest";
import type { SmokeCheck } from "../project/project.ts";
import { againFinding, dataFindings } from "./data-findings.ts";
import { trialFinding, typeFindings } from "./release-findings.ts";
import type { DatabaseState } from "./scratch-database.ts";
import type { TableSchema } from "./schema.ts";
import { tableFindings } from "./table-findings.ts";
import type { CheckedAnswer, Trial } from "./try-release.ts";

const read: SmokeCheck = { kind: "request", path: "/", status: 200, text: undefined, withinMs: 5_000 };
const write: SmokeCheck = { ...read, path: "/bookings", method: "POST", status: 303 };
const fine = { ok: true, faults: [], tail: [] };

const answer = (of: SmokeCheck, reason?: string): CheckedAnswer => ({
  of,
  check: of.kind === "request" ? `${of.method ?? "GET"} ${of.path}` : "command",
  ok: reason === undefined,
  reason,
  durationMs: 1,
  ...(reason === undefined ? {} : { tail: ["Traceback", "Traceback"] }),
});
const trial = (change: Partial<Trial> = {}): Trial => ({
  release: "r1",
  ready: fine,
  answers: [answer(read), answer(write)],
  others: {},
  failed: [],
  writes: {},
  durationMs: 10,
  ...change,
});
const noCity = { at: 1, release: "r1", sql: "INSERT INTO bookings (city)", error: "no column named city" };

describe("what a trial of a release shows", () => {
  it("is proven by checks, and says what they wrote to", () => {
    expect(trialFinding("old release", trial({ writes: { bookings: ["insert"] } }), trial())).toMatchObject({
      outcome: "pass",
      text: "ready, 2 checks passed, wrote to bookings; 10 ms",
    });
  });

  it("fails by the request, with the statement that failed since the migrations", () => {
    const known = { ...noCity, sql: "SELECT probe" };
    const other = { ...noCity, release: "r2" };
    const bad = trial({
      answers: [answer(read), answer(write, "500 instead of 303")],
      failed: [known, noCity, noCity, { ...other, sql: "SELECT other" }],
    });
    expect(trialFinding("old release", bad, trial({ failed: [known] }))).toMatchObject({
      outcome: "fail",
      text: "POST /bookings: 500 instead of 303",
      details: ["statement: INSERT INTO bookings (city): no column named city"],
    });
  });

  it("is not proven where the release in force fails on the data as restored too", () => {
    const bad = trial({ answers: [answer(read), answer(write, "500 instead of 303")] });
    expect(trialFinding("old release", bad, bad)).toMatchObject({ outcome: "not proven" });
    const dead = trial({ ready: { ok: false, faults: ["web.0 exited"], tail: ["why"] }, answers: [] });
    expect(trialFinding("new release", dead, dead)).toMatchObject({
      outcome: "not proven",
      details: ["why"],
    });
    expect(trialFinding("new release", dead, trial())).toMatchObject({
      outcome: "fail",
      text: "did not get ready: web.0 exited",
    });
  });

  it("is not proven without a check", () => {
    expect(trialFinding("old release", trial({ answers: [] }), trial())).toMatchObject({
      outcome: "not proven",
    });
  });

  it("fails where only one of the failing checks failed before", () => {
    const worse = trial({ answers: [answer(read, "500"), answer(write, "500")] });
    const baseline = trial({ answers: [answer(read, "500"), answer(write)] });
    expect(trialFinding("old release", worse, baseline)).toMatchObject({
      outcome: "fail",
      text: "POST /bookings: 500",
    });
  });
});

describe("other process types", () => {
  const ends = { ok: false, faults: ["worker.0 exited"], tail: ["boom"] };
  const withWorker = (worker: typeof ends | undefined) =>
    trial({ others: worker === undefined ? {} : { worker } });

  it.each([
    ["pass", fine, fine, fine, "stays up, of both releases"],
    ["fail", fine, ends, fine, "worker.0 exited"],
    ["fail", ends, fine, fine, "worker.0 exited"],
    ["not proven", ends, ends, ends, "on the data as restored too"],
    ["not proven", undefined, ends, undefined, "has none to compare with"],
    ["pass", undefined, fine, undefined, "stays up, of the new release"],
  ] as const)("are %s", (outcome, old, fresh, baseline, text) => {
    const [finding] = typeFindings(
      withWorker(old && { ...ends, ...old }),
      withWorker({ ...ends, ...fresh }),
      withWorker(baseline && { ...ends, ...baseline }),
    );
    expect(finding).toMatchObject({ name: "process worker", outcome });
    expect(finding?.text).toContain(text);
  });
});

const table = (columns: readonly string[] = ["id"]): TableSchema => ({
  kind: "table",
  columns: Object.fromEntries(
    columns.map((name) => [
      name,
      { type: "", notNull: false, default: undefined, primaryKey: 0, generated: false },
    ]),
  ),
  indexes: [],
  foreignKeys: [],
  checks: [],
  triggers: [],
});

describe("tables", () => {
  const schema = (...names: readonly string[]) => ({
    tables: Object.fromEntries(names.map((name) => [name, table()])),
  });
  const found = (
    old: readonly string[],
    fresh: readonly string[],
    after = ["bookings", "django_migrations", "venues"],
  ) =>
    tableFindings({
      before: schema("bookings", "django_migrations", "venues"),
      after: schema(...after),
      changes: [{ table: "venues", text: "+ venues.town text", dropped: undefined, destructive: undefined }],
      written: { old: new Set(old), new: new Set(fresh) },
    }).map(({ name, outcome, text }) => [name, outcome, text]);

  it("are proven by writes of both releases, and named where there were none", () => {
    const bookkeeping = "; left out, as kept by migrations: django_migrations";
    expect(found(["bookings", "venues"], ["venues", "bookings"])).toEqual([
      ["tables", "pass", `written to by checks: bookings, venues${bookkeeping}`],
    ]);
    expect(found(["bookings"], ["bookings", "venues"])).toEqual([
      ["tables", "pass", `written to by checks: bookings${bookkeeping}`],
      [
        "table venues",
        "not proven",
        "no check of the release in force wrote to it, and the migrations changed it",
      ],
    ]);
    expect(found([], [])).toEqual([
      ["table bookings", "not proven", "no check wrote to it; the migrations did not change it"],
      ["table venues", "not proven", "no check wrote to it, and the migrations changed it"],
    ]);
  });

  it("need no write of the old release where it does not know them", () => {
    expect(found([], ["rooms"], ["rooms"])).toEqual([["tables", "pass", "written to by checks: rooms"]]);
  });

  it("are none where only migrations keep something", () => {
    expect(found([], [], ["schema_migrations"])[0]?.slice(0, 2)).toEqual(["tables", "pass"]);
  });
});

describe("the data after the migrations", () => {
  const state = (change: Partial<DatabaseState> = {}): DatabaseState => ({
    schema: { tables: { a: table(), b: table() } },
    rows: { a: 2, b: 3 },
    faults: [],
    danglingRows: { "b -> a": 1 },
    hash: "x",
    ...change,
  });
  const outcomes = (after: Partial<DatabaseState>) =>
    dataFindings(state(), state(after)).map(({ name, outcome }) => [name, outcome]);

  it("is whole, broken, or less", () => {
    expect(outcomes({ rows: { a: 5, c: 0, b: 3 } })).toEqual([
      ["integrity", "pass"],
      ["rows", "pass"],
    ]);
    expect(outcomes({ rows: { a: 2 } })).toEqual([
      ["integrity", "pass"],
      ["rows", "pass"],
    ]);
    expect(outcomes({ danglingRows: { "b -> a": 2 } })).toEqual([
      ["integrity", "fail"],
      ["rows", "pass"],
    ]);
    expect(outcomes({ faults: ["page 3"] })).toEqual([
      ["integrity", "fail"],
      ["rows", "pass"],
    ]);
    expect(outcomes({ rows: { a: 1, b: 3 } })).toEqual([
      ["integrity", "pass"],
      ["rows", "not proven"],
    ]);
  });

  it("stays as it is when the migrations run again", () => {
    expect(againFinding(state(), state({ hash: "y" }), 5)).toMatchObject({ outcome: "pass" });
    expect(againFinding(state(), state({ rows: { a: 3, b: 3 } }), 5)).toMatchObject({
      outcome: "not proven",
    });
    const more = { schema: { tables: { a: table(["id", "n"]), b: table() } } };
    expect(againFinding(state(), state(more), 5)).toMatchObject({ outcome: "fail", details: ["+ a.n"] });
  });
});
