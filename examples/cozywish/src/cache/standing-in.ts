import type { Cache } from "./cache.ts";

/** How long a cache that has failed is left alone, lest each page waits for it to fail once more. */
const REST_MS = 1_000;

/**
 * A cache that never fails: while the shared one does, one of this process's own stands in for it. So what was
 * kept is merely computed again, and sign-ins are still counted, by each process for itself.
 */
export function standingIn(shared: Cache, own: Cache, now: () => number = Date.now): Cache {
  let restsUntil = 0;
  const ask = async <Answer>(question: (cache: Cache) => Promise<Answer>): Promise<Answer> => {
    if (now() < restsUntil) return question(own);
    try {
      return await question(shared);
    } catch {
      restsUntil = now() + REST_MS;
      return question(own);
    }
  };
  return {
    get: (key) => ask((cache) => cache.get(key)),
    set: (key, value, ttlMs) => ask((cache) => cache.set(key, value, ttlMs)),
    delete: (key) => ask((cache) => cache.delete(key)),
    increment: (key, ttlMs) => ask((cache) => cache.increment(key, ttlMs)),
  };
}
