import type { Database } from "../database/open-database.ts";
import type { Log } from "../log/log.ts";
import type { Settings } from "../settings/settings.ts";
import { databaseSessions } from "./database-sessions.ts";
import type { Sessions } from "./sessions.ts";

/** Only what the address asks for is loaded: the client of Redis would cost every start 50 ms. */
export async function openSessions(
  address: Settings["sessions"],
  { database, log }: { database: Database; log: Log },
): Promise<Sessions> {
  if (address.kind === "database") return databaseSessions(database);
  const { keptSessions } = await import("./kept-sessions.ts");
  if (address.kind === "memory") {
    const { openMemoryCache } = await import("../cache/memory-cache.ts");
    return keptSessions(database, { ...openMemoryCache(), prove: async () => {}, end: async () => {} });
  }
  const { redisSessionKeep } = await import("./redis-sessions.ts");
  return keptSessions(database, await redisSessionKeep(address.url, log));
}
