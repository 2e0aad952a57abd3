import { keepSweeping } from "./confirmations/sweep.ts";
import { openDatabase } from "./database/open-database.ts";
import { openLog } from "./log/log.ts";
import { openObservers } from "./observability/observers.ts";
import { confirmationWork } from "./parts.ts";
import { openQueue } from "./queue/queue.ts";
import type { Drain } from "./serving/drain.ts";
import { dyingOf } from "./serving/dying-of.ts";
import { stopOnSignal } from "./serving/stop-on-signal.ts";
import { settingsOrExit } from "./settings/settings-or-exit.ts";

/** Below what it is given by whoever stops it (60 s), so that a stop that takes too long is still told of. */
const STOP_TIMEOUT_MS = 55_000;

const nothingToDo: Drain = { inFlight: () => 0, stop: async () => {} };

/** Starts the worker: it does the queued jobs, and queues again what has been left lying. */
export async function work(): Promise<void> {
  const settings = settingsOrExit(process.env);
  const { log, flush } = openLog(settings);
  const now = () => new Date();
  const [database, observers] = await Promise.all([openDatabase(settings.database), openObservers(settings)]);
  const die = dyingOf({ log, flush, observers });
  process.on("uncaughtException", (error) => void die("uncaught", error));

  const jobs = confirmationWork(settings, { database, log, observers, now });
  const queue = await openQueue(settings.queue, jobs);
  const drain = settings.queue.kind === "redis" ? await take(settings.queue.url) : nothingToDo;
  const stopSweeping = keepSweeping({ database, queue, log, now });

  stopOnSignal({
    drain,
    log,
    flush,
    timeoutMs: STOP_TIMEOUT_MS,
    exit: (code) => process.exit(code),
    close: async () => {
      await stopSweeping();
      await queue.close();
      await observers.close();
      await database.destroy();
    },
  });
  // Said at any LOG_LEVEL: whoever starts us waits for this line.
  const does = drain === nothingToDo ? "sweeps only: the web processes do the jobs" : "takes jobs";
  log.child({}, { level: "info" }).info({ event: "worker.ready", queue: settings.queue.kind, does });

  async function take(url: string): Promise<Drain> {
    const { takeJobs } = await import("./queue/take-jobs.ts");
    return takeJobs(url, jobs).catch((error: unknown) => die("worker.failed", error));
  }
}
