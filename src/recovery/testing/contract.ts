import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackupClass, BackupStores, DatabaseBackups, KeptBackup } from "../backup.ts";
import { dayMs } from "../../shared/duration.ts";

/** An environment without a database, and what the suite needs to work on it. */
export interface BackupsStage {
  readonly backups: DatabaseBackups & BackupStores;
  /** A folder for restored databases. */
  readonly folder: string;
  /** Makes the database, with a table `bookings`, where it is not there; then adds rows to it. */
  addBookings(count: number): Promise<void>;
  /** Lets time go by, as the backups see it. */
  pass(ms: number): number;
  /** Changes a byte in the middle of a backup's data. */
  spoil(backup: KeptBackup): Promise<void>;
  dispose(): Promise<void>;
}

const within = (): AbortSignal => AbortSignal.timeout(30_000);
const order = (of: BackupClass) => ({ class: of, release: "r1", for: undefined });

/**
 * What every kind of database promises of its backups, in the order of an environment's life. Daily ones are kept 7 days, weekly ones 90
 * in a store of their own.
 */
export function backupsContract(name: string, createStage: () => Promise<BackupsStage>): void {
  describe(`the backups port: ${name}`, () => {
    let stage: BackupsStage;
    let restores = 0;
    const freshFile = () => join(stage.folder, `restored-${(restores += 1)}`);
    const newest = async () => {
      const found = (await stage.backups.list(within())).at(-1);
      if (found === undefined) throw new Error("there is a backup");
      return found;
    };
    beforeAll(async () => void (stage = await createStage()));
    afterAll(() => stage.dispose());

    it("has nothing to back up before there is a database", async () => {
      expect(await stage.backups.backUp(order("daily"), within())).toBeUndefined();
      expect(await stage.backups.list(within())).toEqual([]);
      expect(await stage.backups.prune(stage.pass(0), within())).toEqual([]);
    });

    it("gives back what was there when the backup was made, and touches nothing else", async () => {
      await stage.addBookings(3);
      const at = stage.pass(0);
      const record = await stage.backups.backUp({ ...order("deploy"), for: "r2" }, within());
      await stage.addBookings(2);
      expect(record).toMatchObject({ class: "deploy", release: "r1", for: "r2", rows: { bookings: 3 } });
      expect(record?.at).toBeGreaterThanOrEqual(at);
      const [kept, ...others] = await stage.backups.list(within());
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ id: record?.id, store: "daily", fault: undefined });
      // Through JSON, as it lies on the disk.
      expect(kept?.record).toEqual(JSON.parse(JSON.stringify(record)));
      if (kept === undefined) throw new Error("it is listed");
      const restored = await stage.backups.restore(kept, freshFile(), within());
      expect(restored).toMatchObject({ record: { id: record?.id }, rows: { bookings: 3 } });
      expect(restored.stages.map(({ durationMs }) => durationMs >= 0)).not.toContain(false);
      stage.pass(1_000);
      await stage.backups.backUp(order("daily"), within());
      expect((await stage.backups.restore(await newest(), freshFile(), within())).rows).toEqual({
        bookings: 5,
      });
    });

    it("never writes over a file that is there", async () => {
      const file = freshFile();
      await stage.backups.restore(await newest(), file, within());
      await expect(stage.backups.restore(await newest(), file, within())).rejects.toMatchObject({
        code: "EEXIST",
      });
      expect(existsSync(file)).toBe(true);
    });

    it("keeps weekly backups in a store of their own", async () => {
      stage.pass(1_000);
      const record = await stage.backups.backUp(order("weekly"), within());
      const stores = await stage.backups.stores();
      expect(stores.map(({ name: of, isThere, keepMs }) => [of, isThere, keepMs])).toEqual([
        ["daily", true, 7 * dayMs],
        ["weekly", true, 90 * dayMs],
      ]);
      const kept = await newest();
      expect(kept).toMatchObject({ id: record?.id, store: "weekly" });
      expect(kept.place.startsWith(stores[1]?.folder ?? "none")).toBe(true);
    });

    it("removes what is past its rule, and never the newest sound one of a class", async () => {
      await stage.backups.backUp(order("daily"), within());
      const before = (await stage.backups.list(within())).map(({ id }) => id);
      expect(await stage.backups.prune(stage.pass(6 * dayMs), within())).toEqual([]);
      const removed = await stage.backups.prune(stage.pass(2 * dayMs), within());
      expect(removed).toEqual(before.filter((id) => id.endsWith("-daily")).slice(0, 1));
      stage.pass(365 * dayMs);
      expect(await stage.backups.prune(stage.pass(0), within())).toEqual([]);
      expect((await stage.backups.list(within())).map(({ id }) => id.replace(/^.*-/, ""))).toEqual(
        expect.arrayContaining(["daily", "weekly", "deploy"]),
      );
    });

    it("finds a changed byte, and restores nothing then", async () => {
      stage.pass(1_000);
      await stage.backups.backUp(order("daily"), within());
      const kept = await newest();
      expect(await stage.backups.verify(kept, within())).toBeUndefined();
      await stage.spoil(kept);
      expect(await stage.backups.verify(kept, within())).toContain("SHA-256");
      const file = freshFile();
      await expect(stage.backups.restore(kept, file, within())).rejects.toMatchObject({
        code: "backup-damaged",
      });
      expect(existsSync(file)).toBe(false);
    });

    it("ends with the signal's reason and leaves nothing half", async () => {
      const ids = async () => (await stage.backups.list(within())).map(({ id }) => id);
      const before = await ids();
      const reason = new Error("enough");
      await expect(stage.backups.backUp(order("daily"), AbortSignal.abort(reason))).rejects.toBe(reason);
      expect(await ids()).toEqual(before);
    });
  });
}
