import { appliedMigrations, knownMigrations } from "../database/migrations.ts";
import type { Parts } from "../web/web.ts";

/** What is wrong, in words that anybody may read: no addresses, no names of users. */
export class NotReady extends Error {}

export type Check = (parts: Parts) => Promise<void>;

/** What CozyWish needs to serve people. Each check throws where it isn't there. */
export const required: Record<"database" | "storage", Check> = {
  async database({ database }) {
    const applied = new Set(await appliedMigrations(database));
    const missing = (await knownMigrations()).filter((name) => !applied.has(name));
    if (missing.length > 0) throw new NotReady(`not migrated, missing: ${missing.join(", ")}`);
  },
  storage: ({ media }) => media.prove(),
};

/** What it does better with, and can do without for a while: reported, and no reason to send people elsewhere. */
export const useful: Record<"cache" | "sessions" | "queue", Check> = {
  cache: ({ cache }) => cache.prove(),
  sessions: ({ sessions }) => sessions.prove(),
  queue: ({ queue }) => queue.prove(),
};
