import type { Log } from "../log/log.ts";
import type { Drain } from "./drain.ts";

const DEFAULT_TIMEOUT_MS = 20_000;

export type Stoppable = {
  drain: Drain;
  log: Log;
  /** What remains to be closed once the last request is answered. */
  close: () => Promise<void>;
  /** Writes out what the log still holds. */
  flush: () => void;
  /** How long it may take: 20 s if left out. */
  timeoutMs?: number;
  exit: (code: number) => void;
};

/** The first SIGTERM or SIGINT ends the process in peace; a second one, or the time-out, ends it at once. */
export function stopOnSignal({
  drain,
  log,
  close,
  flush,
  exit,
  timeoutMs = DEFAULT_TIMEOUT_MS,
}: Stoppable): void {
  let stopping = false;

  const giveUp = (reason: string) => {
    log.error({ event: "stopped", reason, cutOff: drain.inFlight() });
    flush();
    exit(1);
  };

  const stop = async (signal: string) => {
    if (stopping) return giveUp("second signal");
    stopping = true;
    setTimeout(() => giveUp("took too long"), timeoutMs).unref();
    log.info({ event: "stopping", signal, inFlight: drain.inFlight() });
    try {
      await drain.stop();
      await close();
      log.info({ event: "stopped" });
      flush();
      exit(0);
    } catch (error) {
      log.error({ event: "stop.failed", error });
      giveUp("fault");
    }
  };

  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));
}
