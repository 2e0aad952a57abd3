/*
 * The restore of a drill against the fastest way by hand, on a database of at least 200 MB: `node bench/drill.ts [megabytes] [rounds]`.
 *
 * By hand it is `cp`, then `sqlite3 … "PRAGMA integrity_check"` and `sha256sum` of the copy; once one after the other, as a script does
 * it, and once the last two side by side, which is the fastest that there is. A drill counts the rows of every table besides. Rounds
 * alternate, so that what else the machine does falls on all alike; all read from the page cache. Ends with 1 beyond 1.1 times.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openSqlite } from "../src/databases/open-sqlite.ts";
import { environmentPaths, machinePaths } from "../src/hosts/environment-paths.ts";
import { databaseFile } from "../src/hosts/machine/release-variables.ts";
import type { DatabaseBackups, KeptBackup } from "../src/recovery/backup.ts";
import { sqliteBackups } from "../src/recovery/sqlite-backups.ts";
import { median, printTable } from "./statistics.ts";

const [megabytes = 256, rounds = 7] = process.argv.slice(2).map(Number);
const run = promisify(execFile);
const never = new AbortController().signal;
const goal = 1.1;
const folder = await mkdtemp(join(tmpdir(), "cozy-drill-bench-"));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const { backups, backup } = await backedUp();
  const database = join(backup.place, "database.sqlite");
  const to = join(folder, "restored.sqlite");
  const check = async () => {
    const { stdout } = await run("sqlite3", [to, "PRAGMA integrity_check"]);
    if (stdout.trim() !== "ok") throw new Error(stdout);
  };
  const hash = async () => run("sha256sum", [to]);
  const ways = {
    "a drill's restore": async () => void (await backups.restore(backup, to, never)),
    "by hand, side by side": async () => {
      await run("cp", [database, to]);
      await Promise.all([check(), hash()]);
    },
    "by hand, one after the other": async () => {
      await run("cp", [database, to]);
      await check();
      await hash();
    },
  };
  const names = Object.keys(ways) as (keyof typeof ways)[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      await rm(to, { force: true });
      const start = performance.now();
      await ways[name]();
      if (round > 0) times.get(name)?.push(performance.now() - start); // the first fills the page cache
    }
  }
  report(times, (await stat(database)).size);
}

function report(times: ReadonlyMap<string, readonly number[]>, sizeBytes: number): void {
  const own = times.get("a drill's restore") ?? [];
  const ratios = (name: string) =>
    (times.get(name) ?? []).map((ms, round) => (own[round] ?? Number.NaN) / ms);
  printTable(
    `Restore of ${(sizeBytes / 1e6).toFixed(0)} MB, hashed and checked, median of ${own.length}; the ratio is the drill's time to it`,
    [...times].map(([name, values]) => [
      name,
      `${median(values).toFixed(0)} ms`,
      `× ${median(ratios(name)).toFixed(2)} (${Math.min(...ratios(name)).toFixed(2)} to ${Math.max(...ratios(name)).toFixed(2)})`,
    ]),
  );
  if (median(ratios("by hand, side by side")) > goal) process.exitCode = 1;
}

/** Rows as applications have them: some short columns, some text, two indexes. */
async function backedUp(): Promise<{ readonly backups: DatabaseBackups; readonly backup: KeptBackup }> {
  const paths = environmentPaths(
    machinePaths({ COZY_HOME: join(folder, "home") }, folder),
    "bench",
    "production",
  );
  await mkdir(paths.database, { recursive: true });
  fill(databaseFile(paths));
  const backups = sqliteBackups({
    project: "bench",
    environment: "production",
    paths,
    backups: undefined,
    now: Date.now,
    version: "0.0.0",
  });
  await backups.backUp({ class: "daily", release: undefined, for: undefined }, never);
  const [backup] = await backups.list(never);
  if (backup === undefined) throw new Error("there is no backup");
  return { backups, backup };
}

function fill(file: string): void {
  const database = openSqlite(file, { write: true });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
    CREATE TABLE bookings (id INTEGER PRIMARY KEY, guest TEXT, email TEXT, starts_at INTEGER, note TEXT);
    CREATE INDEX bookings_email ON bookings (email);
    CREATE INDEX bookings_starts_at ON bookings (starts_at)`);
  const rows = Math.ceil((megabytes * 1e6) / 400);
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO bookings (guest, email, starts_at, note)
    SELECT 'guest ' || i, hex(randomblob(8)) || '@example.org', abs(random()) % 2000000000, hex(randomblob(140)) FROM n`);
  database.close();
}
