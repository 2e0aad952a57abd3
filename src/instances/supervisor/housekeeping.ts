import { messageOf } from "../../shared/thrown.ts";
import type { LogLimits } from "../supervisor-settings.ts";
import type { Log } from "./event-log.ts";
import { rotateWhenLarge } from "./log-rotation.ts";

export interface Chores {
  /** Every so often, and not again before the last round has ended. */
  readonly everyMs: number;
  readonly limits: LogLimits;
  readonly logFiles: () => readonly string[];
  readonly others: readonly (() => void | Promise<void>)[];
  readonly log: Log;
}

/** What is looked at from time to time; the function that it returns ends it. */
export function keepHouse(chores: Chores): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void round(chores).finally(() => {
      busy = false;
    });
  }, chores.everyMs);
  return () => clearInterval(timer);
}

async function round(chores: Chores): Promise<void> {
  for (const chore of chores.others) await quietly(chores.log, "chore-failed", async () => chore());
  for (const file of new Set(chores.logFiles())) {
    await quietly(chores.log, "log-not-rotated", async () => {
      if (await rotateWhenLarge(file, chores.limits)) chores.log("log-rotated", { file });
    });
  }
}

/** A chore that fails (a full disk) is told and tried again in the next round; it never ends the supervisor. */
async function quietly(log: Log, event: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log(event, { message: messageOf(error) });
  }
}
