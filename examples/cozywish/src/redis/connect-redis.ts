import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Log } from "../log/log.ts";
import { tellOfOutages } from "./tell-of-outages.ts";

const COMMAND_TIMEOUT_MS = 500;
const FIRST_CONNECTION_TIMEOUT_MS = 1_000;

/**
 * A connection that answers soon or fails soon: while Redis is gone a command is refused at once, where ioredis
 * would keep it until Redis is back, and with it whoever waits for the page. It comes back by itself.
 *
 * Waits a little for the first connection, so that the first request of a new process finds it there.
 */
export async function connectRedis(url: string, purpose: string, log: Log): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: `cozywish-${purpose}`,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: FIRST_CONNECTION_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  tellOfOutages(redis, purpose, log);
  const connected = redis.connect().catch(() => {});
  await Promise.race([connected, sleep(FIRST_CONNECTION_TIMEOUT_MS, undefined, { ref: false })]);
  return redis;
}
