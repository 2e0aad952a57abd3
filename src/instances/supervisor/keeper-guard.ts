import type { ChildProcess } from "node:child_process";
import { startWatchingKeeper, type KeeperOptions } from "../keeper.ts";
import type { Log } from "./event-log.ts";

/** Sees to it that there is always a keeper: the one that started this process, or a new one when that is gone. */
export interface KeeperGuard {
  /** Looks whether the first keeper is still there; the end of a later one is told by itself. */
  check(): void;
  /** Ends a keeper of ours, so that it starts nothing once this process has ended. */
  dismiss(): void;
}

export function guardKeeper(options: KeeperOptions, firstKeeper: number, log: Log): KeeperGuard {
  let own: ChildProcess | undefined;
  let dismissed = false;

  const start = (): void => {
    own = startWatchingKeeper(options);
    own.stdin?.on("error", () => {});
    own.once("error", (error) => log("keeper-not-started", { message: error.message }));
    own.once("exit", () => {
      log("keeper-gone", { pid: own?.pid });
      own = undefined;
    });
    log("keeper-started", { pid: own.pid });
  };

  return {
    check() {
      if (dismissed || own !== undefined || process.ppid === firstKeeper) return;
      start();
    },
    dismiss() {
      dismissed = true;
      own?.kill("SIGKILL");
    },
  };
}
