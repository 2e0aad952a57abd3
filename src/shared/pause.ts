import { setTimeout } from "node:timers/promises";

/** Waits, or throws the signal's reason as soon as it is aborted. */
export async function pause(forMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await setTimeout(forMs, undefined, { signal }).catch((error: unknown) => {
    throw signal.aborted ? signal.reason : error;
  });
}
