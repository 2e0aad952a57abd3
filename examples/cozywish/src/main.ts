import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { keepSweeping } from "./confirmations/sweep.ts";
import { openLog } from "./log/log.ts";
import { closeParts, openParts } from "./parts.ts";
import { drainable } from "./serving/drain.ts";
import { dyingOf } from "./serving/dying-of.ts";
import { listen } from "./serving/listen.ts";
import { stopOnSignal } from "./serving/stop-on-signal.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";
import { buildApp } from "./web/app.ts";

/** Starts the server: settings, log, parts, application, address. */
export async function main(): Promise<void> {
  const settings = settingsOrExit(process.env);
  const { log, flush } = openLog(settings);
  const parts = await openParts(settings, log);
  const die = dyingOf({ log, flush, observers: parts.observers });
  process.on("uncaughtException", (error) => void die("uncaught", error));

  const app = buildApp(parts);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  // A little longer than proxies keep theirs, so that it is never us who close one that they are about to use.
  server.keepAliveTimeout = 75_000;
  const drain = drainable(server);
  const listening = await listen(server, settings.listen).catch((error: unknown) =>
    die("listen.failed", error),
  );
  log.info({ event: "listening", address: listening.address, startMs: Math.round(performance.now()) });
  // With a queue, it is a worker that looks for what has been left lying.
  const stopSweeping = settings.queue.kind === "memory" ? keepSweeping(parts) : async () => {};

  stopOnSignal({
    drain,
    log,
    flush,
    exit: (code) => process.exit(code),
    close: async () => {
      await listening.release();
      await stopSweeping();
      await closeParts(parts);
    },
  });
}
