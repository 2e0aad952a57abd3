import type { Log } from "../log/log.ts";
import type { MemoryOrRedis } from "../settings/redis-url.ts";
import type { Cache } from "./cache.ts";
import { openMemoryCache } from "./memory-cache.ts";

export type OpenCache = Cache & {
  /** @throws where the shared cache can't be reached, although the cache goes on without it */
  prove: () => Promise<void>;
  close: () => Promise<void>;
};

/** The client of Redis is loaded only where the address asks for it: it would cost every start 50 ms. */
export async function openCache(address: MemoryOrRedis, log: Log): Promise<OpenCache> {
  const own = openMemoryCache();
  if (address.kind === "memory") return { ...own, prove: async () => {}, close: async () => {} };
  const [{ connectRedis }, { redisCache }, { standingIn }] = await Promise.all([
    import("../redis/connect-redis.ts"),
    import("./redis-cache.ts"),
    import("./standing-in.ts"),
  ]);
  const redis = await connectRedis(address.url, "cache", log);
  return {
    ...standingIn(redisCache(redis), own),
    prove: async () => void (await redis.ping()),
    close: async () => redis.disconnect(),
  };
}
