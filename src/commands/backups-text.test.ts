import { expect, it } from "vitest";
import type { Backups } from "../project/project.ts";
import type { BackupClass, BackupRecord, KeptBackup } from "../recovery/backup.ts";
import { isAmiss, lookAtBackups, type BackupFacts } from "../recovery/look-at-backups.ts";
import { backupText } from "./backup-text.ts";
import { backupsText } from "./backups-text.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.UTC(2026, 10, 24, 6, 15);

const declared: Backups = {
  store: { kind: "directory", path: "/mnt/daily" },
  keepMs: 7 * dayMs,
  when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
  weekly: { store: { kind: "directory", path: "/mnt/weekly" }, keepMs: 90 * dayMs },
};

function record(of: BackupClass, at: number, change: Partial<BackupRecord> = {}): BackupRecord {
  const id = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z-${of}`;
  return {
    format: 1,
    id,
    project: "shop",
    environment: "production",
    class: of,
    at,
    durationMs: 320,
    release: "20261120-101500-ab12cd3",
    for: undefined,
    database: { kind: "sqlite" },
    files: [{ name: "database.sqlite", sizeBytes: 12_900_000, sha256: "0".repeat(64) }],
    heartbeatAt: at - 12_000,
    rows: { bookings: 1_200, venues: 34 },
    cozy: "1.2.3",
    ...change,
  };
}

function kept(of: BackupRecord, fault?: string): KeptBackup {
  const store = of.class === "weekly" ? "weekly" : "daily";
  return { id: of.id, place: `/mnt/${store}/shop-production/${of.id}`, store, record: of, fault };
}

const weekly = kept(record("weekly", now - 2 * dayMs));
const daily = kept(record("daily", now - 27 * hourMs));
const deploy = kept(record("deploy", now - 3 * hourMs, { for: "20261124-031500-ef45ab6" }));
const half: KeptBackup = {
  ...kept(record("daily", now - 3.25 * hourMs)),
  record: undefined,
  fault: "it has no manifest.json",
};

function facts(change: Partial<BackupFacts> = {}): BackupFacts {
  return {
    environment: "production",
    kept: [weekly, daily, half, deploy],
    stores: [
      { name: "daily", folder: "/mnt/daily/shop-production", isThere: true, keepMs: 7 * dayMs },
      { name: "weekly", folder: "/mnt/weekly/shop-production", isThere: true, keepMs: 90 * dayMs },
    ],
    faults: undefined,
    declared,
    inForce: declared,
    now,
    ...change,
  };
}

it("shows what there is, newest first, what is damaged, how far it goes back and what comes next", () => {
  const list = lookAtBackups(facts());
  expect(isAmiss(list)).toBe(true);
  expect(`\n${backupsText(list, now)}\n`).toBe(`
backup                   age         size   release                         state
20261124T031500Z-deploy  3 h         12 MB  before 20261124-031500-ef45ab6  whole
20261124T030000Z-daily   3 h 15 min  ?      none                            damaged: it has no manifest.json
20261123T031500Z-daily   27 h        12 MB  20261120-101500-ab12cd3         whole
20261122T061500Z-weekly  2 d         12 MB  20261120-101500-ab12cd3         whole

daily   /mnt/daily/shop-production
        kept 7 d, goes back 27 h, next one 2026-11-25 03:00:00 UTC, in 20 h 45 min
weekly  /mnt/weekly/shop-production
        kept 90 d, goes back 2 d, next one 2026-11-29 03:00:00 UTC, in 116 h 45 min

One of them can't be restored.
Only sizes were looked at. Have all of it read: cozy backups production --verify
`);
});

it("asks for a new one where the newest is damaged", () => {
  const text = backupsText(lookAtBackups(facts({ kept: [deploy, half, half] })), now);
  expect(text).toContain("2 of them can't be restored. Have a sound one made: cozy backup production");
});

it("says what was read to be sound, and what reading it has shown", () => {
  const faults = new Map([
    [deploy.id, undefined],
    [daily.id, "database.sqlite is not as it was written: its SHA-256 differs"],
    [weekly.id, undefined],
  ]);
  const list = lookAtBackups(facts({ kept: [weekly, daily, deploy], faults }));
  expect(list.backups.map(({ state }) => state)).toEqual(["sound", "damaged", "sound"]);
  expect(isAmiss(list)).toBe(true);
  // What is damaged is nothing to go back to.
  expect(list.stores[0]?.goesBackMs).toBe(3 * hourMs);
  expect(backupsText(list, now)).toContain("damaged: database.sqlite is not as it was written");
  const sound = lookAtBackups(facts({ kept: [weekly, deploy], faults: new Map() }));
  expect(isAmiss(sound)).toBe(false);
  expect(backupsText(sound, now)).not.toContain("--verify");
});

it("says of a store that is not there what to do", () => {
  const stores = facts().stores.map((store) => ({ ...store, isThere: store.name === "daily" }));
  const list = lookAtBackups(facts({ kept: [deploy], stores }));
  expect(isAmiss(list)).toBe(true);
  expect(backupsText(list, now)).toContain(
    "is not there: mount its disk; or, for a new store: cozy backup production --weekly --create-store",
  );
});

it("says where nothing makes any", () => {
  const none = lookAtBackups(facts({ kept: [], declared: undefined, inForce: undefined }));
  expect(isAmiss(none)).toBe(false);
  const text = backupsText(none, now);
  expect(text).toContain("production has no backup yet: cozy backup production");
  expect(text).toContain("holds nothing to go back to");
  expect(text).toContain("None is made by a schedule: production declares no `backups`");
  const soon = lookAtBackups(facts({ kept: [deploy], inForce: undefined }));
  expect(soon.stores.map(({ nextAt }) => nextAt)).toEqual([null, null]);
  expect(backupsText(soon, now)).toContain("the release in force declares none. cozy deploy production");
});

it("says what was made", () => {
  const made = { environment: "production", store: "/mnt/daily/shop-production", sizeBytes: 12_900_000 };
  const backup = record("daily", now);
  expect(`${backupText({ ...made, backup, heartbeatAgeMs: 12_000, removed: ["20261116T030000Z-daily"] })}\n`)
    .toBe(`Backup 20261124T061500Z-daily: 12 MB in 320 ms, read back and sound.
  where      /mnt/daily/shop-production/20261124T061500Z-daily
  data of    2026-11-24 06:15:00 UTC
  heartbeat  12 s old when it was made
  release    20261120-101500-ab12cd3
  rows       1,234 in 2 tables
  removed    20261116T030000Z-daily, past their time
`);
  const none = { ...made, backup: null, sizeBytes: null, heartbeatAgeMs: null, removed: [] };
  expect(backupText(none)).toBe(
    "/mnt/daily/shop-production is there now. production has no database to back up yet.",
  );
});
