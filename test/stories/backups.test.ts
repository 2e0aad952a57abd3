import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupReport } from "../../src/commands/backup-text.ts";
import type { BackupRecord } from "../../src/recovery/backup.ts";
import type { BackupsList } from "../../src/recovery/look-at-backups.ts";
import { openQuietly } from "../../src/shared/open-quietly.ts";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";
import { listOf, runsOf, watchers } from "../support/schedules.ts";

const day = 86_400_000;

let sandbox: Sandbox;
let environment: string;
let store: string;
beforeAll(async () => {
  sandbox = await createSandbox({ config: (port) => tinyConfig(port, 'backups: { every: "1d" },') });
  environment = join(sandbox.home, "environments", "tiny-staging");
  store = join(environment, "backups");
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

async function manifestOf(id: string): Promise<BackupRecord> {
  return JSON.parse(await readFile(join(store, id, "manifest.json"), "utf8")) as BackupRecord;
}

/** What lies in the store, oldest first. */
async function stored(): Promise<readonly string[]> {
  return (await readdir(store).catch((): string[] => [])).toSorted();
}

/** When the application's database was last told the time. */
function heartbeat(): number {
  const database = openQuietly(join(environment, "database", "database.sqlite"), { readOnly: true });
  try {
    return Number(database.prepare("SELECT at FROM cozy_heartbeat").get()?.["at"]);
  } finally {
    database.close();
  }
}

/** Makes a backup as old as if the clock had gone on since. */
async function aged(id: string, days: number): Promise<string> {
  const record = await manifestOf(id);
  const at = record.at - days * day;
  const older = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z-${record.class}`;
  await writeFile(join(store, id, "manifest.json"), JSON.stringify({ ...record, at, id: older }));
  await rename(join(store, id), join(store, older));
  return older;
}

describe("backups", () => {
  it("are made by the clock with no cozy at work, and tell how old their data is", async () => {
    const [watcher] = await watchers(sandbox);
    const clock = join(environment, "schedules", "backup", "clock.json");
    const when = { kind: "every", everyMs: day };
    await writeFile(clock, JSON.stringify({ format: 1, until: Date.now() - 3 * day, when }));
    process.kill(watcher?.pid ?? 0, "SIGKILL");
    // From here on files are looked at, and no cozy runs.
    await until("a backup is there", async () => /^\w+Z-daily$/.test((await stored()).join()));
    const [id = ""] = await stored();
    const manifest = await manifestOf(id);
    const { release } = await served(sandbox.url);
    expect(manifest).toMatchObject({ environment: "staging", release, rows: { migrations: 1 } });
    expect(manifest.heartbeatAt).toBeLessThanOrEqual(manifest.at);
    expect(manifest.at - (manifest.heartbeatAt ?? 0)).toBeLessThan(61_000);

    // The backup is there before its run has ended.
    await until("its run is written down", async () => (await runsOf(sandbox, "backup")).length === 2);
    expect((await runsOf(sandbox, "backup")).map(({ outcome, by }) => [outcome, by])).toEqual([
      ["missed", "clock"],
      ["succeeded", "catch-up"],
    ]);
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toMatch(
      /^backup +every day +succeeded after .+ ago +\d{4}-\d\d-\d\d 00:00:00 UTC, in /m,
    );
  });

  it("are made before a deploy, and by hand", async () => {
    const previous = (await served(sandbox.url)).release;
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    const { release } = await served(sandbox.url);
    const before = await manifestOf((await stored()).find((name) => name.endsWith("-deploy")) ?? "");
    expect(before).toMatchObject({ release: previous, for: release, rows: { migrations: 1 } });
    expect((await watchers(sandbox)).map(({ id }) => id.release)).toEqual([release]);

    const { backup, store: folder } = await sandbox.json<BackupReport>(["backup", "staging"]);
    expect(folder).toBe(store);
    expect(backup).toMatchObject({ class: "daily", release, rows: { migrations: 2 } });
    const list = await sandbox.json<BackupsList>(["backups", "staging", "--verify"]);
    expect(list.backups.map((one) => [one.class, one.state])).toEqual([
      ["daily", "sound"],
      ["deploy", "sound"],
      ["daily", "sound"],
    ]);
    expect(list.schedule).toBe("in force");
    expect(list.stores[0]?.nextAt).toBe(Math.ceil(Date.now() / day) * day);
  });

  it("go on after a rollback, with one process that watches and writes the heartbeat", async () => {
    const before = heartbeat();
    await sandbox.ok(["rollback", "staging"]);
    const { release } = await served(sandbox.url);
    expect((await watchers(sandbox)).map(({ id }) => id.release)).toEqual([release]);
    await until("it is written again", async () => heartbeat() > before);
    expect((await listOf(sandbox)).watched).toBe(true);
  });

  it("that are past their time go with the next one, and never the newest of a kind", async () => {
    const [first = ""] = await stored();
    const old = await aged(first, 8);
    const deploy = await aged((await stored()).find((name) => name.endsWith("-deploy")) ?? "", 30);
    const run = await sandbox.ok(["schedules", "staging", "--run", "backup"]);
    expect(run.stdout).toMatch(/^\w+Z-daily: \d+ kB in /);
    expect(run.stdout).toContain(`removed, because past their time: ${old}\n`);
    const left = await stored();
    expect(left).not.toContain(old);
    expect(left).toContain(deploy);
    expect(left.filter((name) => name.endsWith("-daily"))).toHaveLength(2);
  });

  it("are suspended and fail as every schedule does", async () => {
    await sandbox.ok([
      "schedules",
      "staging",
      "--suspend",
      "backup",
      "--reason",
      "the disk is being changed",
    ]);
    expect((await listOf(sandbox)).schedules[0]).toMatchObject({ name: "backup", nextRun: null });
    await sandbox.ok(["schedules", "staging", "--resume", "backup"]);

    await rename(store, `${store}.away`);
    await writeFile(store, "no folder");
    const { code } = await sandbox.cozy(["schedules", "staging", "--run", "backup"]);
    expect(code).toBe(1);
    expect((await sandbox.ok(["status", "staging"])).stdout).toContain("backup failed with exit code 1");
    expect((await sandbox.ok(["schedules", "staging"])).stdout).toContain(store);
  });
});
