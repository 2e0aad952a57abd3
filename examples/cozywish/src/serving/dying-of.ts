import type { Log } from "../log/log.ts";
import type { Observers } from "../observability/observers.ts";

type Witnesses = { log: Log; flush: () => void; observers: Observers };

/** Ends the process with 1, over a fault that leaves it in no state to go on, once that has been told. */
export function dyingOf({ log, flush, observers }: Witnesses) {
  return async (event: string, error: unknown): Promise<never> => {
    log.fatal({ event, error });
    flush();
    observers.report(error, { event });
    await observers.close();
    return process.exit(1);
  };
}
