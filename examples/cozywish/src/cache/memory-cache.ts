import type { Cache } from "./cache.ts";

const MOST_ENTRIES = 10_000;

/** A cache of this process alone: two instances of the application don't share it. */
export function openMemoryCache(now: () => number = Date.now): Cache {
  const entries = new Map<string, { value: string; expiresAt: number }>();

  const alive = (key: string) => {
    const entry = entries.get(key);
    if (entry && entry.expiresAt > now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const keep = (key: string, value: string, expiresAt: number) => {
    // A map keeps the order of insertion, so the first key is the oldest.
    const oldest = entries.keys().next();
    if (entries.size >= MOST_ENTRIES && !oldest.done) entries.delete(oldest.value);
    entries.set(key, { value, expiresAt });
  };

  return {
    get: async (key) => alive(key)?.value,
    set: async (key, value, ttlMs) => keep(key, value, now() + ttlMs),
    delete: async (key) => void entries.delete(key),
    increment: async (key, ttlMs) => {
      const entry = alive(key);
      const count = Number(entry?.value ?? 0) + 1;
      keep(key, String(count), entry?.expiresAt ?? now() + ttlMs);
      return count;
    },
  };
}
