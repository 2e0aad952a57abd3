import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQuietly } from "../shared/open-quietly.ts";
import { beat } from "./heartbeat.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-heartbeat-"));
  file = join(folder, "database.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An application's database, in one of SQLite's two ways to write. */
function application(mode: "wal" | "delete"): DatabaseSync {
  const database = openQuietly(file);
  database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE bookings (guest TEXT)`);
  return database;
}

function row(): unknown {
  const database = openQuietly(file, { readOnly: true });
  try {
    return database.prepare("SELECT id, at FROM cozy_heartbeat").all();
  } finally {
    database.close();
  }
}

describe.each(["wal", "delete"] as const)("a heartbeat in %s mode", (mode) => {
  it("is one row, with the last time", () => {
    const database = application(mode);
    expect(beat(file, 1_000)).toBe("written");
    expect(beat(file, 61_000)).toBe("written");
    expect(row()).toEqual([{ id: 1, at: 61_000 }]);
    database.close();
  });

  it("gives way to a writer within a moment, and leaves nothing of itself behind", () => {
    const database = application(mode);
    beat(file, 1_000);
    database.exec("BEGIN IMMEDIATE; INSERT INTO bookings VALUES ('Ada')");
    const from = performance.now();
    expect(beat(file, 2_000)).toBe("in use");
    expect(performance.now() - from).toBeLessThan(4_000);
    database.exec("COMMIT");
    expect(row()).toEqual([{ id: 1, at: 1_000 }]);
    expect(beat(file, 3_000)).toBe("written");
    // Nothing is held, so the application writes at once.
    database.exec("PRAGMA busy_timeout = 0; INSERT INTO bookings VALUES ('Bob')");
    database.close();
  });

  it("does not make a long read of the application fail", () => {
    const database = application(mode);
    database.exec("INSERT INTO bookings VALUES ('Ada'), ('Bob')");
    const reading = database.prepare("SELECT guest FROM bookings").iterate();
    expect(reading.next().value).toEqual({ guest: "Ada" });
    expect(beat(file, 1_000)).toBe(mode === "wal" ? "written" : "in use");
    expect(reading.next().value).toEqual({ guest: "Bob" });
    reading.return?.();
    database.close();
  });

  it("costs an application that writes all the time no error, and no wait that it would feel", async () => {
    application(mode).close();
    const over = `${file}.over`;
    const source = `const { DatabaseSync } = require("node:sqlite");
      const database = new DatabaseSync(${JSON.stringify(file)});
      database.exec("PRAGMA busy_timeout = 5000");
      let longest = 0;
      const { existsSync } = require("node:fs");
      const least = Date.now() + 1500;
      process.stdout.write("begun\\n");
      while (Date.now() < least || (Date.now() < least + 30_000 && !existsSync(${JSON.stringify(over)}))) {
        const from = performance.now();
        database.exec("BEGIN IMMEDIATE; INSERT INTO bookings VALUES ('Ada'); COMMIT");
        longest = Math.max(longest, performance.now() - from);
      }
      process.stdout.write(String(longest));`;
    const child = spawn(process.execPath, ["--no-warnings", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const ended = once(child, "close");
    let written = 0;
    while (child.exitCode === null) {
      if (text !== "" && beat(file, Date.now()) === "written") written += 1;
      if (written === 1) writeFileSync(over, "");
      await setTimeout(20);
    }
    expect((await ended)[0]).toBe(0);
    expect(written).toBeGreaterThan(0);
    expect(Number(text.replace("begun\n", ""))).toBeLessThan(3_000);
  });

  it("comes back where a migration has dropped it", () => {
    const database = application(mode);
    beat(file, 1_000);
    database.exec("DROP TABLE cozy_heartbeat");
    expect(beat(file, 2_000)).toBe("written");
    expect(row()).toEqual([{ id: 1, at: 2_000 }]);
    database.close();
  });

  it("keeps nobody from what a killed writer has left", async () => {
    application(mode).close();
    const source = `const { DatabaseSync } = require("node:sqlite");
      const database = new DatabaseSync(${JSON.stringify(file)});
      database.exec("PRAGMA cache_size = 1; BEGIN IMMEDIATE");
      for (let i = 0; i < 2000; i += 1) database.exec("INSERT INTO bookings VALUES (hex(randomblob(200)))");
      process.stdout.write("half\\n"); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--no-warnings", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(beat(file, 1_000)).toBe("written");
    const database = openQuietly(file);
    expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    expect(database.prepare("SELECT count(*) AS n FROM bookings").get()).toEqual({ n: 0 });
    database.close();
  });
});

describe("where there is no database", () => {
  it("makes none, and fills none that the application has not begun", () => {
    expect(beat(file, 1_000)).toBe("nothing there");
    expect(existsSync(file)).toBe(false);
    expect(beat(join(folder, "nowhere", "database.sqlite"), 1_000)).toBe("nothing there");
    writeFileSync(file, "");
    expect(beat(file, 1_000)).toBe("nothing there");
    const begun = openQuietly(file);
    begun.exec("PRAGMA journal_mode = WAL; PRAGMA user_version = 1");
    expect(beat(file, 1_000)).toBe("nothing there");
    expect(begun.prepare("SELECT count(*) AS n FROM sqlite_schema").get()).toEqual({ n: 0 });
    begun.close();
  });

  it("says so of what is none", () => {
    writeFileSync(file, "no database at all, but long enough to be looked at".repeat(100));
    expect(() => beat(file, 1_000)).toThrow(/heartbeat could not be written to .+not a database/);
  });
});
