import type { Log } from "../log/log.ts";
import { connectRedis } from "../redis/connect-redis.ts";
import type { SessionKeep } from "./kept-sessions.ts";
import { SessionsGone } from "./sessions.ts";

const PREFIX = "cozywish:session:";

/** Sessions can't be made up as a cache can, so nothing stands in for Redis: it is said that they are gone. */
export async function redisSessionKeep(url: string, log: Log): Promise<SessionKeep> {
  const redis = await connectRedis(url, "sessions", log);
  return {
    get: (key) => orGone(async () => (await redis.get(PREFIX + key)) ?? undefined),
    set: (key, value, ttlMs) => orGone(async () => void (await redis.set(PREFIX + key, value, "PX", ttlMs))),
    delete: (key) => orGone(async () => void (await redis.del(PREFIX + key))),
    prove: () => orGone(async () => void (await redis.ping())),
    end: async () => redis.disconnect(),
  };
}

async function orGone<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw new SessionsGone(error);
  }
}
