import { AsyncLocalStorage } from "node:async_hooks";
import type { Cache } from "../cache/cache.ts";

/** What one request has cost so far. */
export type RequestStats = {
  startedAt: number;
  queries: { sql: string; ms: number }[];
  cacheHits: number;
  cacheMisses: number;
};

const current = new AsyncLocalStorage<RequestStats>();

export function withStats<Result>(stats: RequestStats, work: () => Promise<Result>): Promise<Result> {
  return current.run(stats, work);
}

export function countQuery(query: { sql: string; ms: number }): void {
  current.getStore()?.queries.push(query);
}

/** The same cache, which tells the request's stats what it had and what it hadn't. */
export function counted<Counted extends Cache>(cache: Counted): Counted {
  return {
    ...cache,
    get: async (key: string) => {
      const value = await cache.get(key);
      const stats = current.getStore();
      if (stats && value !== undefined) stats.cacheHits += 1;
      else if (stats) stats.cacheMisses += 1;
      return value;
    },
  };
}
