import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupsContract } from "./testing/contract.ts";
import { memoryBackups } from "./testing/memory-backups.ts";
import { sqliteStage } from "./testing/sqlite-stage.ts";

backupsContract("SQLite", async () => sqliteStage());

backupsContract("in memory", async () => {
  let now = Date.UTC(2026, 10, 24);
  const folder = await mkdtemp(join(tmpdir(), "cozy-memory-"));
  const backups = memoryBackups(() => now);
  return {
    backups,
    folder,
    addBookings: async (count) =>
      void (backups.rows = { bookings: (backups.rows?.["bookings"] ?? 0) + count }),
    pass: (ms) => (now += ms),
    spoil: async ({ id }) => void backups.spoilt.add(id),
    dispose: async () => rm(folder, { recursive: true, force: true }),
  };
});
