import { openSessions } from "./accounts/open-sessions.ts";
import { openCache } from "./cache/open-cache.ts";
import type { ConfirmationWork } from "./confirmations/send-confirmation.ts";
import { openDatabase } from "./database/open-database.ts";
import type { Log } from "./log/log.ts";
import { openObservers } from "./observability/observers.ts";
import { puttingLater } from "./queue/put-later.ts";
import { openQueue } from "./queue/queue.ts";
import type { Settings } from "./settings/settings.ts";
import { openMedia } from "./storage/media.ts";
import { openStaticFiles, readStaticManifest } from "./web/static-files.ts";
import type { Parts } from "./web/web.ts";

/** Opens all that the application is made of, as the settings say. */
export async function openParts(settings: Settings, log: Log): Promise<Parts> {
  const now = () => new Date();
  const stats = settings.debugToolbar ? await import("./toolbar/request-stats.ts") : undefined;
  const toolbar = settings.debugToolbar ? (await import("./toolbar/toolbar.ts")).toolbar : undefined;
  const [database, cache, observers] = await Promise.all([
    openDatabase(settings.database, stats?.countQuery),
    openCache(settings.cache, log),
    openObservers(settings),
  ]);
  const sessions = await openSessions(settings.sessions, { database, log });
  const queue = await openQueue(
    settings.queue,
    confirmationWork(settings, { database, log, observers, now }),
  );
  return {
    settings,
    log,
    database,
    cache: stats ? stats.counted(cache) : cache,
    sessions,
    queue: { ...queue, ...puttingLater(queue, log) },
    media: openMedia(settings.media),
    // In development a build of yesterday would hide today's changes, so the originals are served.
    statics: openStaticFiles(settings.staticUrl, settings.production ? readStaticManifest() : undefined),
    observers,
    toolbar,
    now,
  };
}

/** Lets go of everything, once the last request is answered: the queue first, which may need all the others. */
export async function closeParts({ queue, cache, sessions, database, observers }: Parts): Promise<void> {
  await queue.settled();
  await queue.close();
  await Promise.all([cache.close(), sessions.end(), observers.close()]);
  await database.destroy();
}

/** Who does the job of a confirmation, and with what. */
export function confirmationWork(
  { identity, confirmationMs }: Settings,
  parts: Pick<ConfirmationWork, "database" | "log" | "observers" | "now">,
): ConfirmationWork {
  const { database, log, observers, now } = parts;
  const runBy = identity.instance ?? `process ${process.pid}`;
  return { database, log, observers, now, runBy, takesMs: confirmationMs };
}
