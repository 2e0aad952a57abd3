import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openQuietly } from "../../shared/open-quietly.ts";
import { beatOnce, keepHeartbeat, type HeartbeatParts } from "./keep-heartbeat.ts";

let folder: string;
let file: string;
let now = 0;
let said: string[] = [];
let pauses: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-beats-"));
  file = join(folder, "database.sqlite");
  now = 1_000;
  said = [];
  pauses = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function parts(onPause: (ms: number) => void = () => undefined): HeartbeatParts {
  return {
    file,
    now: () => now,
    say: (line) => said.push(line),
    pause: async (ms) => {
      pauses.push(ms);
      now += ms;
      onPause(ms);
    },
  };
}

function application() {
  const database = openQuietly(file);
  database.exec("CREATE TABLE IF NOT EXISTS bookings (guest TEXT)");
  return database;
}

function beatAt(): unknown {
  const database = openQuietly(file, { readOnly: true });
  try {
    return database.prepare("SELECT at FROM cozy_heartbeat").get()?.["at"];
  } finally {
    database.close();
  }
}

it("beats each minute, also for a database that comes later", async () => {
  const seen: unknown[] = [];
  const minutes = parts((ms) => {
    expect(ms).toBe(60_000);
    if (pauses.length === 2) application().close();
    if (pauses.length > 2) seen.push(beatAt());
    if (pauses.length === 5) throw new Error("enough");
  });
  await expect(keepHeartbeat(minutes)).rejects.toThrow("enough");
  expect(seen).toEqual([121_000, 181_000, 241_000]);
  expect(said).toEqual([]);
});

it("waits for a writer, and says nothing of it", async () => {
  const database = application();
  database.exec("BEGIN IMMEDIATE");
  const fault = await beatOnce(
    parts(() => {
      if (pauses.length === 3) database.exec("COMMIT");
    }),
    undefined,
  );
  expect(fault).toBeUndefined();
  expect(pauses).toEqual([1_000, 1_000, 1_000]);
  expect(said).toEqual([]);
  expect(beatAt()).toBe(4_000);
  database.close();
});

it("tells once of a writer that never ends, and once that it is over", async () => {
  const database = application();
  database.exec("BEGIN IMMEDIATE");
  let fault: string | undefined;
  for (let minute = 0; minute < 3; minute += 1) fault = await beatOnce(parts(), fault);
  expect(said).toEqual([
    `the heartbeat could not be written to ${file}: others have kept it in use for over 4 s`,
  ]);
  database.exec("COMMIT");
  for (let minute = 0; minute < 3; minute += 1) fault = await beatOnce(parts(), fault);
  expect(said.slice(1)).toEqual(["the heartbeat is written again"]);
  database.close();
});

it("tells of a damaged database, and goes on", async () => {
  writeFileSync(file, "not one of SQLite's, however long it is ".repeat(200));
  let fault: string | undefined;
  for (let minute = 0; minute < 3; minute += 1) fault = await beatOnce(parts(), fault);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("not a database");
});
