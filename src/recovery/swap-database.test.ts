import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, link, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openQuietly } from "../shared/open-quietly.ts";
import { isInPlace, putInPlace, takeOut } from "./swap-database.ts";
import { setAsideBefore, stampOf, swapFiles } from "./swap-files.ts";

const stamp = "20261124T031500Z";
const never = new AbortController().signal;
let folder: string;
let database: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-swap-"));
  database = join(folder, "database.sqlite");
});
afterEach(async () => rm(folder, { recursive: true }));

function make(file: string, rows: number, mode = "delete"): void {
  const made = openQuietly(file);
  made.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE IF NOT EXISTS t (n)`);
  for (let n = 0; n < rows; n += 1) made.exec(`INSERT INTO t VALUES (${n})`);
  made.close();
}

function rowsIn(file: string): unknown {
  const opened = openQuietly(file, { readOnly: true });
  try {
    return opened.prepare("SELECT count(*) AS n FROM t").get()?.["n"];
  } finally {
    opened.close();
  }
}

function modeOf(file: string): unknown {
  const opened = openQuietly(file, { readOnly: true });
  try {
    return opened.prepare("PRAGMA journal_mode").get()?.["journal_mode"];
  } finally {
    opened.close();
  }
}

/** A program that has written to the database and still has it open; ended by the function that it gives. */
async function program(sql: string, kill = false): Promise<() => Promise<void>> {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1]);
    database.exec(${JSON.stringify(sql)});
    console.log("ready");
    setInterval(() => database.isOpen, 1000);`;
  const child = spawn(process.execPath, ["--no-warnings", "-e", script, "--", database], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const end = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  if (kill) await end();
  return end;
}

describe("putting a restored database in place", () => {
  it.each(["delete", "wal"])(
    "keeps the one of before whole, and its way of journaling (%s)",
    async (mode) => {
      make(database, 5, mode);
      await chmod(database, 0o640);
      make(swapFiles(database, stamp).restored, 2);
      await putInPlace(database, stamp, never);
      expect([rowsIn(database), modeOf(database), await isInPlace(database, stamp)]).toEqual([2, mode, true]);
      expect(rowsIn(swapFiles(database, stamp).before)).toBe(5);
      expect((await stat(database)).mode & 0o777).toBe(0o640);
      await putInPlace(database, stamp, never); // after a kill
      expect(rowsIn(database)).toBe(2);
    },
  );

  it("takes along what a killed writer left in the log, and plays none of it into the restored one", async () => {
    make(database, 5, "wal");
    await program("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (6), (7)", true);
    expect((await stat(`${database}-wal`)).size).toBeGreaterThan(0);
    make(swapFiles(database, stamp).restored, 2);
    await putInPlace(database, stamp, never);
    expect([rowsIn(database), rowsIn(swapFiles(database, stamp).before)]).toEqual([2, 7]);
  });

  it("rolls back what a killed writer left half-way", async () => {
    make(database, 5);
    const half =
      "PRAGMA cache_size = 1; BEGIN; INSERT INTO t SELECT randomblob(9000) FROM (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9))";
    await program(half, true);
    make(swapFiles(database, stamp).restored, 2);
    await putInPlace(database, stamp, never);
    expect([rowsIn(database), rowsIn(swapFiles(database, stamp).before)]).toEqual([2, 5]);
    expect((await readdir(folder)).filter((name) => name.endsWith("-journal"))).toEqual([]);
  });

  it("refuses while somebody has it open, and changes nothing", async () => {
    make(database, 5, "wal");
    const end = await program("INSERT INTO t VALUES (6)");
    make(swapFiles(database, stamp).restored, 2);
    try {
      const refused = putInPlace(database, stamp, never, { patienceMs: 200 });
      await expect(refused).rejects.toMatchObject({ code: "database-in-use" });
      expect(await isInPlace(database, stamp)).toBe(false);
      expect(rowsIn(database)).toBe(6);
    } finally {
      await end();
    }
    await putInPlace(database, stamp, never);
    expect(rowsIn(database)).toBe(2);
  });

  it("replaces a database that is beyond reading, and keeps its files as they are", async () => {
    await writeFile(database, "no database at all, and long enough to be taken for one".repeat(40));
    await writeFile(`${database}-wal`, "whatever");
    make(swapFiles(database, stamp).restored, 2);
    const spoilt = await readFile(database);
    await putInPlace(database, stamp, never);
    const { before } = swapFiles(database, stamp);
    expect(rowsIn(database)).toBe(2);
    expect(await readFile(before)).toEqual(spoilt);
    expect(await readFile(`${before}-wal`, "utf8")).toBe("whatever");

    await takeOut(database, stamp, never);
    expect(await readFile(database)).toEqual(spoilt);
    expect(await readFile(`${database}-wal`, "utf8")).toBe("whatever");
  });

  it("puts one where there was none, and takes it away again", async () => {
    make(swapFiles(database, stamp).restored, 2);
    await putInPlace(database, stamp, never);
    expect(rowsIn(database)).toBe(2);
    const kept = await takeOut(database, stamp, never);
    expect(await readdir(folder)).toEqual([`database.sqlite.taken-back-${stamp}`]);
    expect(rowsIn(kept ?? "")).toBe(2);
    expect(await takeOut(database, stamp, never)).toBeUndefined();
    expect(rowsIn(kept ?? "")).toBe(2);
  });

  it("fails with its reason where there is nothing to put in place", async () => {
    make(database, 5);
    await expect(putInPlace(database, stamp, never)).rejects.toMatchObject({ code: "restore-failed" });
    expect(rowsIn(database)).toBe(5);
  });
});

describe("taking it out again", () => {
  it("brings the one of before back, and keeps what was written to the other", async () => {
    make(database, 5, "wal");
    make(swapFiles(database, stamp).restored, 2);
    await putInPlace(database, stamp, never);
    await program("INSERT INTO t VALUES (99)", true);
    const kept = await takeOut(database, stamp, never);
    expect([rowsIn(database), modeOf(database), rowsIn(kept ?? "")]).toEqual([5, "wal", 3]);
    expect((await readdir(folder)).filter((name) => /before|restored/.test(name))).toEqual([]);
    expect(await takeOut(database, stamp, never)).toBeUndefined();
    expect(rowsIn(database)).toBe(5);
  });

  it("has nothing to do before the exchange", async () => {
    make(database, 5);
    make(swapFiles(database, stamp).restored, 2);
    expect(await takeOut(database, stamp, never)).toBeUndefined();
    expect(rowsIn(database)).toBe(5);
  });
});

describe("a deployer that was killed between two steps of it", () => {
  it("left the one of before in use, under two names: it goes on, or back", async () => {
    const { before, restored } = swapFiles(database, stamp);
    make(database, 5);
    make(restored, 2);
    await link(database, before);
    expect(await isInPlace(database, stamp)).toBe(false);
    expect(await takeOut(database, stamp, never)).toBeUndefined();
    expect([rowsIn(database), existsSync(before)]).toEqual([5, false]);
    await link(database, before);
    await putInPlace(database, stamp, never);
    expect([rowsIn(database), rowsIn(before)]).toEqual([2, 5]);
  });

  it("left the restored one in use, under two names: it is taken out all the same", async () => {
    const { restored, takenBack } = swapFiles(database, stamp);
    make(database, 5);
    make(restored, 2);
    await putInPlace(database, stamp, never);
    await link(database, takenBack);
    expect(await takeOut(database, stamp, never)).toBe(takenBack);
    expect([rowsIn(database), rowsIn(takenBack)]).toEqual([5, 2]);
  });
});

describe("what restores set aside", () => {
  it("is removed by the time in its name, and nothing else is", async () => {
    const at = Date.UTC(2026, 10, 24, 3, 15);
    expect(stampOf(at)).toBe(stamp);
    const { before, takenBack, restored } = swapFiles(database, stamp);
    const others = [database, restored, `${database}.before-nonsense`, join(folder, `other.before-${stamp}`)];
    for (const file of [before, `${before}-wal`, takenBack, ...others]) {
      await writeFile(file, "");
      await utimes(file, 0, 0);
    }
    expect(await setAsideBefore(database, at)).toEqual([]);
    expect([...(await setAsideBefore(database, at + 1))].toSorted()).toEqual(
      [before, `${before}-wal`, takenBack].toSorted(),
    );
    expect(await setAsideBefore(join(folder, "not", "there"), at)).toEqual([]);
  });
});
