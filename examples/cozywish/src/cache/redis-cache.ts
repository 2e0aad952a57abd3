import type { Redis } from "ioredis";
import type { Cache } from "./cache.ts";

const PREFIX = "cozywish:cache:";

/** Shared by all instances. Each call throws while Redis is gone. */
export function redisCache(redis: Redis): Cache {
  return {
    get: async (key) => (await redis.get(PREFIX + key)) ?? undefined,
    set: async (key, value, ttlMs) => void (await redis.set(PREFIX + key, value, "PX", ttlMs)),
    delete: async (key) => void (await redis.del(PREFIX + key)),
    increment: async (key, ttlMs) => {
      // Both in one go: a count that has lost its time to live would lock somebody out for ever.
      const results = await redis
        .multi()
        .set(PREFIX + key, 0, "PX", ttlMs, "NX")
        .incr(PREFIX + key)
        .exec();
      const [fault, count] = results?.[1] ?? [new Error("not counted")];
      if (fault) throw fault;
      return Number(count);
    },
  };
}
