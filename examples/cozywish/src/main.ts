import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { openMemoryCache } from "./cache/memory-cache.ts";
import { openDatabase } from "./database/open-database.ts";
import { openLog } from "./log/log.ts";
import { drainable } from "./serving/drain.ts";
import { listen } from "./serving/listen.ts";
import { stopOnSignal } from "./serving/stop-on-signal.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";
import { buildApp } from "./web/app.ts";
import { openStaticFiles, readStaticManifest } from "./web/static-files.ts";

/** Starts the server: settings, log, parts, application, address. */
export async function main(): Promise<void> {
  const settings = settingsOrExit(process.env);
  const { log, flush } = openLog(settings);
  const dieOf =
    (event: string) =>
    (error: unknown): never => {
      log.fatal({ event, error });
      flush();
      process.exit(1);
    };
  process.on("uncaughtException", dieOf("uncaught"));

  const database = await openDatabase(settings.database);
  const app = buildApp({
    settings,
    log,
    database,
    cache: openMemoryCache(),
    statics: openStaticFiles(settings.staticUrl, readStaticManifest()),
    now: () => new Date(),
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  // A little longer than proxies keep theirs, so that it is never us who close one that they are about to use.
  server.keepAliveTimeout = 75_000;
  const drain = drainable(server);
  const listening = await listen(server, settings.listen).catch(dieOf("listen.failed"));
  log.info({ event: "listening", address: listening.address, startMs: Math.round(performance.now()) });

  stopOnSignal({
    drain,
    log,
    flush,
    exit: (code) => process.exit(code),
    close: async () => {
      await listening.release();
      await database.destroy();
    },
  });
}
