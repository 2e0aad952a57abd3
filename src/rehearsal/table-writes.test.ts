import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyDatabase, databaseState } from "./scratch-database.ts";
import { noteWrites, takeWrites } from "./table-writes.ts";

const never = new AbortController().signal;
let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-writes-"));
  file = join(folder, "database.sqlite");
});
afterEach(async () => rm(folder, { recursive: true }));

function write(...statements: readonly string[]): void {
  const database = new DatabaseSync(file);
  try {
    for (const statement of statements) database.exec(statement);
  } finally {
    database.close();
  }
}

describe("writes by table", () => {
  it("are seen by kind, whoever makes them, and only what was committed", () => {
    write(
      "PRAGMA journal_mode = WAL",
      "CREATE TABLE a (id INTEGER PRIMARY KEY, n INT)",
      `CREATE TABLE "it's ""b""" (id TEXT PRIMARY KEY) WITHOUT ROWID`,
      "CREATE TABLE c (id INTEGER)",
      "CREATE TABLE d (id INTEGER)",
      "INSERT INTO d VALUES (1)",
      "CREATE TRIGGER follows AFTER INSERT ON a BEGIN INSERT INTO c VALUES (new.id); END",
    );
    noteWrites(file);
    write(
      "INSERT INTO a (n) VALUES (1), (2)",
      "UPDATE a SET n = 3",
      `REPLACE INTO "it's ""b""" VALUES ('x')`,
      "BEGIN; DELETE FROM d; ROLLBACK",
      "SELECT * FROM d",
    );
    expect(takeWrites(file)).toEqual({ a: ["insert", "update"], c: ["insert"], 'it\'s "b"': ["insert"] });
    expect(takeWrites(file)).toEqual({});
    write("DELETE FROM d");
    expect(takeWrites(file)).toEqual({ d: ["delete"] });
  });

  it("are noted without the application feeling it", () => {
    write("CREATE TABLE a (id INTEGER PRIMARY KEY, n INT UNIQUE)");
    noteWrites(file);
    const database = new DatabaseSync(file);
    const { lastInsertRowid, changes } = database.prepare("INSERT INTO a (id, n) VALUES (41, 1)").run();
    const returned = database.prepare("INSERT INTO a (n) VALUES (2) RETURNING id").all();
    database.close();
    expect([lastInsertRowid, changes]).toEqual([41, 1]);
    expect(returned).toMatchObject([{ id: 42 }]);
  });
});

describe("the state of a scratch database", () => {
  it("tells rows, what refers to nothing, and whether a byte was written", async () => {
    write(
      "PRAGMA journal_mode = WAL",
      "CREATE TABLE a (id INTEGER PRIMARY KEY)",
      "CREATE TABLE b (a INT REFERENCES a (id))",
      "PRAGMA foreign_keys = OFF",
      "INSERT INTO a VALUES (1), (2)",
      "INSERT INTO b VALUES (1), (7)",
    );
    const first = await databaseState(file, never);
    expect(first).toMatchObject({ faults: [], rows: { a: 2, b: 2 }, danglingRows: { "b -> a": 1 } });
    write("BEGIN; DELETE FROM a WHERE id = 2; ROLLBACK", "CREATE TABLE IF NOT EXISTS a (id)");
    expect((await databaseState(file, never)).hash).toBe(first.hash);
    await copyDatabase(file, join(folder, "copy.sqlite"));
    expect((await databaseState(join(folder, "copy.sqlite"), never)).hash).toBe(first.hash);
    write("UPDATE a SET id = 3 WHERE id = 2");
    expect((await databaseState(file, never)).hash).not.toBe(first.hash);
  });
});
