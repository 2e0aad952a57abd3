import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQuietly } from "../shared/open-quietly.ts";
import { copyDatabase, type CopyProgress } from "./copy-database.ts";
import { readDatabase } from "./read-back.ts";
import { fillDatabase, startWriter } from "./testing/writer.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-copy-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

const within = () => AbortSignal.timeout(60_000);
const now = () => Date.now();
const paths = () => ({ file: join(folder, "app.sqlite"), copy: join(folder, "copy.sqlite") });

describe("copyDatabase", () => {
  // In the one mode writers append to a log meanwhile; in the other they write to the file itself.
  it.each([
    { mode: "wal", everyMs: 2 },
    { mode: "delete", everyMs: 2 },
  ] as const)("holds up no writer for long ($mode, one each $everyMs ms)", async ({ mode, everyMs }) => {
    const { file, copy } = paths();
    fillDatabase(file, 50_000_000, mode);
    const writer = await startWriter(file, everyMs);
    const seen: CopyProgress[] = [];
    await copyDatabase(file, copy, now, within(), (progress) => void seen.push(progress));
    const { writes, longestMs, failures } = await writer.end();
    expect({ failures, wrote: writes > 0 }).toEqual({ failures: [], wrote: true });
    expect(longestMs).toBeLessThan(500);
    const { faults, rows } = await readDatabase(copy, within());
    expect(faults).toEqual([]);
    // Of one moment: a row in both tables or in none, and those committed before it began.
    expect(rows["a"]).toBe(rows["b"]);
    expect(rows["a"]).toBeGreaterThan(0);
    const shares = seen.map(({ done, total }) => done / total);
    expect(shares.length).toBeGreaterThan(5);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.9);
  });

  it("has all that was committed before, what is only in the log included", async () => {
    const { file, copy } = paths();
    const database = openQuietly(file);
    database.exec(`PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x);
      INSERT INTO t VALUES (1), (2)`);
    const before = Date.now();
    const at = await copyDatabase(file, copy, now, within());
    database.exec("INSERT INTO t VALUES (3)");
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now());
    expect((await readDatabase(copy, within())).rows).toEqual({ t: 2 });
    database.close();
  });

  it("takes back what a killed writer had begun", async () => {
    const { file, copy } = paths();
    const half = `
      const database = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
      database.exec("PRAGMA journal_mode = delete; PRAGMA cache_size = 1; CREATE TABLE t (x); INSERT INTO t VALUES (1)");
      database.exec("BEGIN; INSERT INTO t SELECT randomblob(50000) FROM (VALUES (1), (2), (3), (4), (5))");
      process.kill(process.pid, "SIGKILL");`;
    const child = spawn(process.execPath, ["--no-warnings", "-e", half, "--", file]);
    await new Promise((resolve) => child.once("close", resolve));
    await copyDatabase(file, copy, now, within());
    expect(await readDatabase(copy, within())).toMatchObject({ faults: [], rows: { t: 1 } });
  });

  it("ends with the signal's reason in the middle, and leaves the database usable", async () => {
    const { file, copy } = paths();
    fillDatabase(file, 20_000_000, "wal");
    const stop = new AbortController();
    const reason = new Error("enough");
    const copying = copyDatabase(file, copy, now, stop.signal, () => stop.abort(reason));
    await expect(copying).rejects.toBe(reason);
    const database = openQuietly(file);
    database.exec("INSERT INTO a (text) VALUES ('y')");
    database.close();
  });

  it("refuses what is no database, and makes none where there is none", async () => {
    const { file, copy } = paths();
    await expect(copyDatabase(file, copy, now, within())).rejects.toThrow("unable to open database file");
    await writeFile(file, "this is no database, and it is long enough to be read as one".repeat(100));
    await expect(copyDatabase(file, copy, now, within())).rejects.toThrow("file is not a database");
  });
});
