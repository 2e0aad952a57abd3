import { appliedMigrations, knownMigrations } from "../database/migrations.ts";
import { proveMediaIsWritable } from "../storage/media-folder.ts";
import type { Parts } from "../web/web.ts";

/** What is wrong, in words that anybody may read: no addresses, no names of users. */
export class NotReady extends Error {}

/** What CozyWish needs to serve people. Each check throws where it isn't there. */
export const checks: Record<"database" | "cache" | "storage", (parts: Parts) => Promise<void>> = {
  async database({ database }) {
    const applied = new Set(await appliedMigrations(database));
    const missing = (await knownMigrations()).filter((name) => !applied.has(name));
    if (missing.length > 0) throw new NotReady(`not migrated, missing: ${missing.join(", ")}`);
  },
  async cache({ cache }) {
    await cache.set("readiness", "kept", 1_000);
    if ((await cache.get("readiness")) !== "kept") throw new NotReady("a value was not kept");
  },
  async storage({ settings }) {
    await proveMediaIsWritable(settings.mediaFolder);
  },
};
