import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUpSqlite } from "./back-up-sqlite.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cozy-backup-"))));
afterEach(async () => rm(folder, { recursive: true, force: true }));

function countOf(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("SELECT count(*) AS n FROM t").get()?.["n"];
  } finally {
    database.close();
  }
}

describe("backUpSqlite", () => {
  it("copies a database in use, what is not yet checkpointed included", async () => {
    const file = join(folder, "app.sqlite");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)");
    const backup = await backUpSqlite(file, join(folder, "backups"), "release-1");
    database.exec("INSERT INTO t VALUES (3)");
    expect(backup?.sizeBytes).toBeGreaterThan(0);
    expect(countOf(backup?.file ?? "")).toBe(2);
    expect(countOf(file)).toBe(3);
    database.close();
  });

  it("has nothing to do where there is no database yet", async () => {
    expect(
      await backUpSqlite(join(folder, "none.sqlite"), join(folder, "backups"), "release-1"),
    ).toBeUndefined();
  });

  it("keeps ten copies", async () => {
    const file = join(folder, "app.sqlite");
    new DatabaseSync(file).exec("CREATE TABLE t (x)");
    for (let n = 10; n < 25; n += 1) await backUpSqlite(file, join(folder, "backups"), `release-${n}`);
    const copies = (await readdir(join(folder, "backups"))).toSorted();
    expect(copies).toHaveLength(10);
    expect(copies[0]).toBe("release-15.sqlite");
  });

  it("says so when the database is damaged, and leaves no half copy", async () => {
    const file = join(folder, "app.sqlite");
    await writeFile(
      file,
      "this is no database, and it is long enough to be read as one by mistake".repeat(100),
    );
    await expect(backUpSqlite(file, join(folder, "backups"), "release-1")).rejects.toMatchObject({
      code: "backup-failed",
    });
    expect(await readdir(join(folder, "backups"))).toEqual([]);
  });
});
