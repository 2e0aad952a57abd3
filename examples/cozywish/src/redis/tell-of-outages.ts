import type { EventEmitter } from "node:events";
import type { Log } from "../log/log.ts";

/** One line when Redis goes and one when it is back, instead of one for each attempt to reach it. */
export function tellOfOutages(connection: EventEmitter, purpose: string, log: Log): void {
  let gone = false;
  let fault: string | undefined;
  connection.on("error", (error: Error) => (fault = codeOf(error)));
  // Not told of when we end the connection ourselves.
  connection.on("reconnecting", () => {
    if (!gone) log.warn({ event: "redis.gone", purpose, fault: fault ?? "closed" });
    gone = true;
  });
  connection.on("ready", () => {
    if (gone) log.info({ event: "redis.back", purpose });
    gone = false;
    fault = undefined;
  });
}

/** The code alone: a message may name the address, and an address may hold a password. */
function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.name;
}
