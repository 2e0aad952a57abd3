import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQuietly } from "../shared/open-quietly.ts";
import { readDatabase } from "./read-back.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-read-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

const within = () => AbortSignal.timeout(30_000);

/** With a write-ahead log and names that have to be quoted, as large as it is wanted. */
function create(file: string, ballastBytes: number): void {
  const database = openQuietly(file);
  database.exec(`PRAGMA journal_mode = wal;
    CREATE TABLE "a ""quoted"" name" (x); INSERT INTO "a ""quoted"" name" VALUES (1), (2);
    CREATE TABLE ballast (data BLOB); INSERT INTO ballast VALUES (zeroblob(${ballastBytes}));
    CREATE VIEW seen AS SELECT * FROM ballast;
    CREATE TABLE cozy_heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
    INSERT INTO cozy_heartbeat VALUES (1, 1764000000000)`);
  database.close();
}

describe.each([
  { size: "small", ballastBytes: 1 },
  { size: "large", ballastBytes: 5_000_000 },
])("a $size database", ({ ballastBytes }) => {
  it("is checked and counted, and nothing is written beside it", async () => {
    const file = join(folder, "with space, % and ? in its name.sqlite");
    create(file, ballastBytes);
    expect(await readDatabase(file, within())).toEqual({
      faults: [],
      rows: { 'a "quoted" name': 2, ballast: 1 },
      heartbeatAt: 1_764_000_000_000,
    });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it("is said to be unsound where it is", async () => {
    const file = join(folder, "app.sqlite");
    create(file, ballastBytes);
    const handle = await open(file, "r+");
    await handle.write(Buffer.alloc(4_096, 7), 0, 4_096, 4_096);
    await handle.close();
    expect((await readDatabase(file, within())).faults.length).toBeGreaterThan(0);
  });

  it("is left at the signal", async () => {
    const file = join(folder, "app.sqlite");
    create(file, ballastBytes);
    const stop = new AbortController();
    const reading = readDatabase(file, stop.signal);
    stop.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
  });
});
