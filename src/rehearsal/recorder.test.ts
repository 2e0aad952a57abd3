import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseStatements, recorder, statementText } from "./recorder.ts";

const run = promisify(execFile);
let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy recorder "))));
afterEach(async () => rm(folder, { recursive: true }));

async function recorded(
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
) {
  const recording = recorder(folder, [more]);
  await recording.lay();
  const env = { PATH: process.env["PATH"], COZY_RELEASE: "r1", ...more, ...recording.variables };
  const result = await run(program, args, { cwd: folder, env });
  return { ...result, failed: await recording.failed() };
}

describe("the recorder in Node", () => {
  it("notes what fails in Node's own SQLite, and the application sees what it would see without", async () => {
    const program = `
      import { DatabaseSync } from "node:sqlite";
      const database = new DatabaseSync(":memory:");
      database.exec("CREATE TABLE t (a INTEGER UNIQUE)");
      const insert = database.prepare("INSERT INTO t (a) VALUES (?)");
      insert.run(1);
      for (const attempt of [() => database.prepare("SELECT b FROM t"), () => insert.run(1), () => database.exec("DROP TABLE u")]) {
        try { attempt(); console.log("no error"); } catch (error) { console.log(error.code, error.message); }
      }
      console.log(database.prepare("SELECT count(*) AS n FROM t").get().n, insert.run.length);`;
    await writeFile(join(folder, "a.mjs"), program);
    const { stdout, stderr, failed } = await recorded(process.execPath, ["a.mjs"]);
    const { stdout: bare } = await run(process.execPath, ["a.mjs"], { cwd: folder, env: {} });
    expect(stdout).toBe(bare);
    expect(stderr.replaceAll(/^.*(ExperimentalWarning|--trace-warnings).*\n/gm, "")).toBe("");
    expect(failed.map(({ sql, error, release }) => [sql, error, release])).toEqual([
      ["SELECT b FROM t", "no such column: b", "r1"],
      ["INSERT INTO t (a) VALUES (?)", "UNIQUE constraint failed: t.a", "r1"],
      ["DROP TABLE u", "no such table: u", "r1"],
    ]);
  });

  it("notes what fails in better-sqlite3, whether it is required or imported", async () => {
    // A stand-in of its shape, since the package needs a compiler: a class that throws, with statements that know their source.
    const lib = join(folder, "node_modules", "better-sqlite3", "lib");
    await mkdir(lib, { recursive: true });
    await writeFile(
      join(lib, "..", "package.json"),
      JSON.stringify({ name: "better-sqlite3", main: "lib/index.js" }),
    );
    await writeFile(
      join(lib, "index.js"),
      `class Statement { constructor(source) { this.source = source; } run() { throw new Error("no table"); } }
       module.exports = class Database { prepare(sql) { return new Statement(sql); } exec() { throw new Error("no"); } };`,
    );
    const use = `const db = new Database(); for (const f of [() => db.prepare("INSERT 1").run(), () => db.exec("X")]) try { f(); } catch (e) { console.log(e.message); }`;
    await writeFile(join(folder, "a.cjs"), `const Database = require("better-sqlite3"); ${use}`);
    await writeFile(join(folder, "b.mjs"), `import Database from "better-sqlite3"; ${use}`);
    const { stdout } = await recorded(process.execPath, ["a.cjs"]);
    const { failed } = await recorded(process.execPath, ["b.mjs"]);
    expect(stdout).toBe("no table\nno\n");
    expect(failed.map(({ sql }) => sql)).toEqual(["INSERT 1", "X", "INSERT 1", "X"]);
  });

  it("keeps what the release itself has in NODE_OPTIONS", async () => {
    await writeFile(join(folder, "own.cjs"), "globalThis.own = 7;");
    await writeFile(join(folder, "a.cjs"), "console.log(globalThis.own)");
    const { stdout } = await recorded(process.execPath, ["a.cjs"], { NODE_OPTIONS: "--require ./own.cjs" });
    expect(stdout).toBe("7\n");
    const apart = recorder(folder, [{ NODE_OPTIONS: "--no-warnings" }, {}]);
    expect(apart.variables).not.toHaveProperty("NODE_OPTIONS");
  });

  it("does no harm where its file can't be written", async () => {
    await writeFile(
      join(folder, "a.mjs"),
      `import { DatabaseSync } from "node:sqlite"; try { new DatabaseSync(":memory:").exec("X"); } catch (error) { console.log(error.message); }`,
    );
    const recording = recorder(folder, [{}]);
    await recording.lay();
    const file = recording.variables["COZY_STATEMENTS"] ?? "";
    await rm(file);
    await mkdir(file);
    const { stdout } = await run(process.execPath, ["a.mjs"], { cwd: folder, env: recording.variables });
    expect(stdout).toBe('near "X": syntax error\n');
  });
});

describe("the recorder in Python", () => {
  it("notes what fails, and loads the sitecustomize that was there", async () => {
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "sitecustomize.py"), "import builtins\nbuiltins.was_there = 7\n");
    const program = `
import builtins, sqlite3
from sqlite3 import dbapi2 as Database
print(builtins.was_there)
class Wrapper(Database.Cursor):
    def execute(self, sql, params=None):
        return super().execute(sql) if params is None else super().execute(sql, params)
connection = Database.connect(":memory:")
connection.execute("CREATE TABLE t (a INTEGER UNIQUE)")
connection.execute("INSERT INTO t VALUES (?)", (1,))
for attempt in (
    lambda: connection.execute("INSERT INTO t VALUES (?)", (1,)),
    lambda: connection.cursor(factory=Wrapper).execute("SELECT b FROM t", ()),
    lambda: connection.executemany("INSERT INTO u VALUES (?)", [(1,)]),
    lambda: connection.cursor().executescript("DROP TABLE u"),
):
    try:
        attempt()
    except sqlite3.Error as error:
        print(type(error).__name__, error)
print(connection.execute("SELECT count(*) FROM t").fetchone())
`;
    await writeFile(join(folder, "a.py"), program);
    const { stdout, stderr, failed } = await recorded("python3", ["a.py"], { PYTHONPATH: other });
    const bare = await run("python3", ["a.py"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], PYTHONPATH: other },
    });
    expect(stderr).toBe("");
    expect(stdout).toBe(bare.stdout);
    expect(failed.map(({ sql, error }) => [sql, error])).toEqual([
      ["INSERT INTO t VALUES (?)", "UNIQUE constraint failed: t.a"],
      ["SELECT b FROM t", "no such column: b"],
      ["INSERT INTO u VALUES (?)", "no such table: u"],
      ["DROP TABLE u", "no such table: u"],
    ]);
  });
});

describe("what was recorded", () => {
  it("is read whatever stands in the file", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        for (const { sql, error } of parseStatements(lines.join("\n")))
          expect(typeof sql + typeof error).toBe("stringstring");
      }),
    );
    const line = JSON.stringify({ at: 1, release: "r", sql: "X", error: "no" });
    expect(parseStatements(`${line}\n{"at": 1, "sq`)).toEqual([
      { at: 1, release: "r", sql: "X", error: "no" },
    ]);
  });

  it("is told in short, with the place that the error is about", () => {
    const columns = Array.from({ length: 60 }, (_, n) => `column_${n}`);
    const sql = `INSERT INTO bookings\n  (${columns.join(", ")}, city) VALUES (?)`;
    const text = statementText({ sql, error: "table bookings has no column named city" });
    expect(text.length).toBeLessThan(250);
    expect(text).toMatch(
      /^INSERT INTO bookings \(column_0.* … .*, city\) .*: table bookings has no column named city$/,
    );
    expect(statementText({ sql: "SELECT\n b", error: "no such column: b" })).toBe(
      "SELECT b: no such column: b",
    );
  });
});
