import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pathsOfRelease, type EnvironmentPaths } from "../../hosts/environment-paths.ts";
import { databaseFile } from "../../hosts/machine/release-variables.ts";
import type { Backups } from "../../project/project.ts";
import { sampleProject, sampleRecord } from "../../release/testing.ts";
import { performRun } from "../../schedules/agent/perform-run.ts";
import type { RunEvidence } from "../../schedules/evidence.ts";
import { openQuietly } from "../../shared/open-quietly.ts";
import { beat } from "../heartbeat.ts";
import { sqliteBackups } from "../sqlite-backups.ts";
import { scheduledBackup } from "./scheduled-backup.ts";

const day = 86_400_000;
const signal = new AbortController().signal;
const backups: Backups = {
  store: undefined,
  keepMs: 7 * day,
  when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
  weekly: undefined,
};

let root: string;
let releaseFolder: string;
let paths: EnvironmentPaths;
let now = 0;
let said: string[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cozy-scheduled-backup-"));
  releaseFolder = join(root, "tiny-staging", "releases", "r1");
  paths = pathsOfRelease(releaseFolder);
  await mkdir(join(releaseFolder, "app"), { recursive: true });
  await mkdir(paths.database);
  await place(backups);
  now = Date.UTC(2026, 10, 28, 3);
  said = [];
});
afterEach(async () => rm(root, { recursive: true, force: true }));

async function place(declared: Backups | undefined): Promise<void> {
  const record = { ...sampleRecord(sampleProject(), "r1"), backups: declared };
  await writeFile(join(releaseFolder, "release.json"), JSON.stringify(record));
}

function book(guest: string): void {
  const database = openQuietly(databaseFile(paths));
  database.exec("CREATE TABLE IF NOT EXISTS bookings (guest TEXT)");
  database.prepare("INSERT INTO bookings VALUES (?)").run(guest);
  database.close();
}

async function backUp(of: "daily" | "weekly" = "daily"): Promise<void> {
  const say = (line: string) => said.push(line);
  await scheduledBackup({ releaseFolder, class: of, now: () => now, version: "1.2.3", say }, signal);
}

async function kept() {
  const at = { project: "tiny", environment: "staging", paths, backups, now: () => now, version: "0" };
  return sqliteBackups(at).list(signal);
}

describe("a scheduled backup", () => {
  it("knows all that it needs from the release's folder", async () => {
    book("Ada");
    beat(databaseFile(paths), now - 40_000);
    await backUp();
    const [one] = await kept();
    expect(one?.fault).toBeUndefined();
    expect(one?.record).toMatchObject({
      id: "20261128T030000Z-daily",
      project: "tiny",
      environment: "staging",
      class: "daily",
      release: "r1",
      heartbeatAt: now - 40_000,
      rows: { bookings: 1 },
      cozy: "1.2.3",
    });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^20261128T030000Z-daily: 12 kB in /);
  });

  it("removes what is past its time, and says so", async () => {
    book("Ada");
    await backUp();
    now += 3 * day;
    await backUp();
    now += 5 * day;
    await backUp();
    expect((await kept()).map(({ id }) => id)).toEqual(["20261201T030000Z-daily", "20261206T030000Z-daily"]);
    expect(said.at(-1)).toBe("removed, because past their time: 20261128T030000Z-daily");
  });

  it("of a week goes to the store of its own, which must be there", async () => {
    book("Ada");
    const path = join(root, "disk");
    const withWeekly = {
      ...backups,
      weekly: { store: { kind: "directory", path }, keepMs: 90 * day },
    } as const;
    await place(withWeekly);
    await expect(backUp("weekly")).rejects.toMatchObject({ code: "backup-store-missing" });
    await mkdir(join(path, "tiny-staging"), { recursive: true });
    await backUp("weekly");
    expect(await readdir(join(path, "tiny-staging"))).toEqual(["20261128T030000Z-weekly"]);
    expect(await kept()).toEqual([]);
  });

  it("is content where there is no database yet, and not where there was one", async () => {
    await backUp();
    expect(said).toEqual(["there is no database yet, and nothing was backed up"]);
    book("Ada");
    await backUp();
    await rename(databaseFile(paths), `${databaseFile(paths)}.gone`);
    await expect(backUp()).rejects.toMatchObject({
      code: "nothing-to-back-up",
      state: expect.stringContaining("20261128T030000Z-daily"),
      next: "cozy restore staging",
    });
  });
});

describe("a backup as a run of the release's schedules", () => {
  async function runOnce(): Promise<RunEvidence | undefined> {
    const agents = join(releaseFolder, "agents");
    await mkdir(agents, { recursive: true });
    await symlink(process.execPath, join(agents, "node"));
    const agent = fileURLToPath(new URL("main.ts", import.meta.url));
    await writeFile(
      join(agents, "backup.mjs"),
      `process.removeAllListeners("warning"); await import(${JSON.stringify(agent)});`,
    );
    return performRun(
      { releaseFolder, schedules: paths.schedules, name: "backup", id: "run-1", due: null, by: "hand" },
      { now: Date.now, stop: signal, say: (line) => said.push(line) },
    );
  }

  it("leaves evidence, and needs none of the application's variables", async () => {
    book("Ada");
    expect(await runOnce()).toMatchObject({ schedule: "backup", outcome: "succeeded", exitCode: 0 });
    expect(await kept()).toHaveLength(1);
    expect(said).toEqual([]);
  });

  it("that fails says why where every failing schedule does", async () => {
    await writeFile(databaseFile(paths), "no database, whatever its name says ".repeat(300));
    const evidence = await runOnce();
    expect(evidence).toMatchObject({ outcome: "failed", exitCode: 1 });
    expect(evidence?.tail.at(-1)).toMatch(/could not be backed up .+not a database.+ cozy backup staging$/);
    expect(said.join()).toMatch(/^backup: run run-1 failed with exit code 1 after .+: .+not a database/);
    expect(await kept()).toEqual([]);
  });
});
