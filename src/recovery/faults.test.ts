import { execFile, spawn } from "node:child_process";
import {
  copyFile,
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { hashFile } from "../shared/hash-file.ts";
import type { BackupRecord, KeptBackup } from "./backup.ts";
import { sqliteBackups } from "./sqlite-backups.ts";
import { addBookings, flipByte, sqliteStage, type SqliteStage } from "./testing/sqlite-stage.ts";
import { fillDatabase } from "./testing/writer.ts";

const within = (): AbortSignal => AbortSignal.timeout(30_000);
const daily = { class: "daily", release: "r1", for: undefined } as const;

let stage: SqliteStage;

async function newest(): Promise<KeptBackup> {
  const found = (await stage.backups.list(within())).at(-1);
  if (found === undefined) throw new Error("there is a backup");
  return found;
}

async function manifestOf({ place }: KeptBackup): Promise<Record<string, unknown>> {
  const manifest: Record<string, unknown> = JSON.parse(await readFile(join(place, "manifest.json"), "utf8"));
  return manifest;
}

/** One of its own for each test. */
function freshStage(): void {
  beforeEach(async () => void (stage = await sqliteStage()));
  afterEach(() => stage.dispose());
}

describe("a damaged backup", () => {
  beforeAll(async () => {
    stage = await sqliteStage();
    await stage.addBookings(4);
    await stage.backups.backUp(daily, within());
    stage.pass(1_000);
    await stage.backups.backUp(daily, within());
    await cp((await newest()).place, `${stage.folder}-whole`, { recursive: true });
  });

  afterAll(() => stage.dispose());
  afterEach(async () => {
    const { place } = await newest();
    await rm(place, { recursive: true });
    await cp(`${stage.folder}-whole`, place, { recursive: true });
  });

  const damages: Record<
    string,
    { damage: (backup: KeptBackup) => Promise<void>; listed: RegExp; told: RegExp }
  > = {
    "a flipped byte": {
      damage: async (backup) => flipByte(backup, 9_000),
      listed: /^$/,
      told: /database\.sqlite is not as it was written: its SHA-256 differs/,
    },
    "a truncated database": {
      damage: async ({ place }) => truncate(join(place, "database.sqlite"), 8_192),
      listed: /^database\.sqlite has 8192 bytes instead of \d+$/,
      told: /database\.sqlite has 8192 bytes instead of/,
    },
    "a missing database": {
      damage: async ({ place }) => rm(join(place, "database.sqlite")),
      listed: /^database\.sqlite is missing$/,
      told: /database\.sqlite is missing/,
    },
    "a missing manifest": {
      damage: async ({ place }) => rm(join(place, "manifest.json")),
      listed: /^it has no manifest\.json$/,
      told: /it has no manifest\.json/,
    },
    "a torn manifest": {
      damage: async ({ place }) => truncate(join(place, "manifest.json"), 40),
      listed: /manifest\.json is damaged/,
      told: /manifest\.json is damaged/,
    },
    "a newer format": {
      damage: async (backup) => rewrite(backup, { format: 2 }),
      listed: /^a newer cozy made it, and this one can't read it: npm install cozywish@latest$/,
      told: /a newer cozy made it/,
    },
    "another's backup": {
      damage: async (backup) => rewrite(backup, { project: "other" }),
      listed: /^it belongs to production of other$/,
      told: /it belongs to production of other/,
    },
    "one under another's name": {
      damage: async (backup) => rewrite(backup, { id: "20200101T000000Z-daily" }),
      listed: /^its manifest is that of 20200101T000000Z-daily$/,
      told: /its manifest is that of/,
    },
    "a name that leads elsewhere": {
      damage: async (backup) =>
        rewrite(backup, { files: [{ name: "../../x", sizeBytes: 1, sha256: "0".repeat(64) }] }),
      listed: /manifest\.json is damaged/,
      told: /manifest\.json is damaged/,
    },
  };

  async function rewrite(backup: KeptBackup, change: Record<string, unknown>): Promise<void> {
    const text = JSON.stringify({ ...(await manifestOf(backup)), ...change });
    await writeFile(join(backup.place, "manifest.json"), text);
  }

  it.each(Object.entries(damages))("%s: is told, restores nothing, and hides no other", async (_, fault) => {
    const backup = await newest();
    const before = await hashFile(stage.database, within());
    await fault.damage(backup);

    const listed = await stage.backups.list(within());
    expect(listed).toHaveLength(2);
    expect(listed[0]?.fault).toBeUndefined();
    expect(listed[1]?.fault ?? "").toMatch(fault.listed);
    expect(await stage.backups.verify(backup, within())).toMatch(fault.told);

    const file = join(stage.folder, "restored.sqlite");
    // Also where it was listed before it was damaged.
    await expect(stage.backups.restore(backup, file, within())).rejects.toMatchObject({
      code: "backup-damaged",
      message: expect.stringMatching(fault.told),
      next: expect.stringContaining("cozy backups production --verify"),
    });
    expect(await readdir(stage.folder)).toEqual([]);
    expect(await hashFile(stage.database, within())).toBe(before);
    expect(await stage.backups.verify(listed[0] ?? backup, within())).toBeUndefined();
  });

  it("is not what keeps an older sound one from staying", async () => {
    await flipByte(await newest(), 9_000);
    await truncate(join((await newest()).place, "database.sqlite"), 10);
    expect(await stage.backups.prune(stage.pass(30 * 86_400_000), within())).toEqual([]);
  });
});

describe("a damaged database", () => {
  freshStage();

  it("is not backed up as if it were sound", async () => {
    addBookings(stage.database, 40, "delete");
    const handle = await open(stage.database, "r+");
    await handle.write(Buffer.alloc(4_096, 7), 0, 4_096, 8_192);
    await handle.close();
    await expect(stage.backups.backUp(daily, within())).rejects.toMatchObject({ code: "backup-failed" });
    expect(await stage.backups.list(within())).toEqual([]);
    expect(await readdir((await stage.backups.stores())[0]?.folder ?? "")).toEqual([]);
  });

  it("and what is no database is said to be none", async () => {
    await writeFile(
      stage.database,
      "this is no database, and it is long enough to be read as one".repeat(99),
    );
    await expect(stage.backups.backUp(daily, within())).rejects.toMatchObject({
      code: "backup-failed",
      message: expect.stringContaining("file is not a database"),
    });
  });
});

describe("a store that is not there", () => {
  freshStage();

  it("is not made by itself, since its disk may not be mounted", async () => {
    await stage.addBookings(1);
    // The empty folder that a disk is mounted at.
    await rm(join(stage.stores.daily, stage.paths.id), { recursive: true });
    await expect(stage.backups.backUp(daily, within())).rejects.toMatchObject({
      code: "backup-store-missing",
      next: expect.stringContaining("cozy backup production --create-store"),
    });
    expect(await readdir(stage.stores.daily)).toEqual([]);
  });

  it("does not hide the backups of the other one; where both are gone, that is an error", async () => {
    await stage.addBookings(1);
    await stage.backups.backUp({ ...daily, class: "weekly" }, within());
    await rm(stage.stores.daily, { recursive: true });
    expect(await stage.backups.list(within())).toHaveLength(1);
    expect((await stage.backups.stores()).map(({ isThere }) => isThere)).toEqual([false, true]);
    await rm(stage.stores.weekly, { recursive: true });
    await expect(stage.backups.list(within())).rejects.toMatchObject({ code: "backup-store-missing" });
  });

  it("makes itself where it is the environment's own", async () => {
    const backups = sqliteBackups({ ...stage.parts, backups: undefined });
    await stage.addBookings(1);
    expect(await backups.list(within())).toEqual([]);
    const record = await backups.backUp(daily, within());
    expect(await readdir(stage.paths.backups)).toEqual([record?.id]);
  });
});

describe("a backup that is killed in the middle", () => {
  freshStage();

  it("is never listed, and what it left is cleared by the next one", async () => {
    const store = (await stage.backups.stores())[0]?.folder ?? "";
    fillDatabase(stage.database, 30_000_000, "wal");
    await killedMidway();
    expect(await readdir(store)).toEqual([expect.stringMatching(/\.partial$/)]);
    expect(await stage.backups.list(within())).toEqual([]);
    const record = await stage.backups.backUp(daily, within());
    expect(await readdir(store)).toEqual([record?.id]);
    expect(await stage.backups.verify(await newest(), within())).toBeUndefined();
  });

  async function killedMidway(): Promise<void> {
    const program = `
      import { sqliteBackups } from "${new URL("sqlite-backups.ts", import.meta.url).href}";
      const parts = JSON.parse(process.env.PARTS);
      const backups = sqliteBackups({ ...parts, now: Date.now });
      await backups.backUp(${JSON.stringify(daily)}, AbortSignal.timeout(30_000), (text) => {
        if (text.startsWith("4,")) process.kill(process.pid, "SIGKILL");
      });`;
    const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "--eval", program], {
      env: { ...process.env, PARTS: JSON.stringify(stage.parts) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const signal = await new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
  }
});

describe("a removal that is cut off", () => {
  freshStage();

  it("leaves no backup with half of its files", async () => {
    await stage.addBookings(1);
    await stage.backups.backUp(daily, within());
    const { place } = await newest();
    await rename(place, `${place}.partial`);
    expect(await stage.backups.list(within())).toEqual([]);
    await stage.backups.backUp(daily, within());
    expect(await readdir(join(place, ".."))).toHaveLength(1);
  });
});

describe("two backups at once", () => {
  freshStage();

  it("follow each other", async () => {
    fillDatabase(stage.database, 10_000_000, "wal");
    const told: string[] = [];
    const both = await Promise.all(
      [1, 2].map(async () => stage.backups.backUp(daily, within(), (text) => void told.push(text))),
    );
    expect(new Set(both.map((record) => record?.id)).size).toBe(2);
    expect(told).toContain("another backup is being made: waiting for it");
    for (const backup of await stage.backups.list(within()))
      expect(await stage.backups.verify(backup, within())).toBeUndefined();
  });

  it("is an error where the other one does not end in time", async () => {
    fillDatabase(stage.database, 10_000_000, "wal");
    const impatient = sqliteBackups({ ...stage.parts, waitForOtherMs: 0 });
    let second: Promise<BackupRecord | undefined> | undefined;
    const first = stage.backups.backUp(daily, within(), () => {
      second ??= impatient.backUp(daily, within());
      second.catch(() => undefined);
    });
    expect(await first).toMatchObject({ class: "daily" });
    await expect(second).rejects.toMatchObject({ code: "backup-under-way" });
    expect(await stage.backups.list(within())).toHaveLength(1);
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;
const run = promisify(execFile);

describe.skipIf(mayBeLeftOut(!canMount))("a full disk (a small tmpfs; needs root on Linux)", () => {
  freshStage();
  let store: string;
  beforeEach(async () => {
    store = (await stage.backups.stores())[0]?.folder ?? "";
    await run("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", store]);
  });
  afterEach(async () => void (await run("umount", ["-l", store])));

  const full = {
    code: "disk-full",
    state: "The database is as it was, and no backup was kept.",
    next: expect.stringContaining("cozy backup production"),
  };

  it("is refused before anything is written, and keeps what there is", async () => {
    addBookings(stage.database, 10);
    await stage.backups.backUp(daily, within());
    fillDatabase(stage.database, 20_000_000, "wal");
    await expect(stage.backups.backUp(daily, within())).rejects.toMatchObject(full);
    expect(await stage.backups.verify(await newest(), within())).toBeUndefined();
    expect(await readdir(store)).toHaveLength(1);
  });

  it.each(["wal", "delete"] as const)(
    "is told when it comes in the middle, and leaves nothing half (%s)",
    async (mode) => {
      fillDatabase(stage.database, 9_000_000, mode);
      const filler = join(store, "filler");
      let filling: Promise<void> | undefined;
      const fill = () =>
        void (filling ??= writeFile(filler, Buffer.alloc(11_000_000)).catch(() => undefined));
      await expect(stage.backups.backUp(daily, within(), fill)).rejects.toMatchObject(full);
      await filling;
      expect(await readdir(store)).toEqual(["filler"]);
      await rm(filler);
      expect(await stage.backups.backUp(daily, within())).toMatchObject({ class: "daily" });
    },
  );

  it("refuses a restore to it, and leaves nothing half", async () => {
    addBookings(stage.database, 2_000);
    const elsewhere = join(stage.folder, "store");
    await mkdir(elsewhere);
    const backups = sqliteBackups({ ...stage.parts, backups: undefined });
    const record = await backups.backUp(daily, within());
    await copyFile(stage.database, join(store, "other"));
    const [kept] = await backups.list(within());
    if (kept === undefined) throw new Error(`${record?.id} is listed`);
    const file = join(store, "restored.sqlite");
    await expect(backups.restore(kept, file, within())).rejects.toMatchObject({ code: "disk-full" });
    expect(await readdir(store)).toEqual(["other"]);
  });
});
