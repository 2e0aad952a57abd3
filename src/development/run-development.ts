import { setTimeout as after } from "node:timers/promises";
import { type DevLog, note } from "./dev-log.ts";
import type { PlannedProcess } from "./dev-plan.ts";
import { DevProcess } from "./dev-process.ts";
import { endAll } from "./end-all.ts";
import { typed } from "./platform.ts";
import type { TreeEnd } from "./process-tree.ts";
import type { Asked } from "./signals.ts";
import { startAll } from "./start-all.ts";
import { watchCode } from "./watch-code.ts";
import type { Workplace } from "./workplace.ts";

export interface Development {
  readonly place: Workplace;
  readonly plan: readonly PlannedProcess[];
  readonly log: DevLog;
  readonly asked: Asked;
  /** The environment as `.env` says it now. */
  readonly readEnvironment: () => Promise<Readonly<Record<string, string>>>;
}

const endedBySecondWish = 130;

/** Runs the application until it is asked to end; gives the exit code. Whatever comes, nothing that it started stays. */
export async function runDevelopment(development: Development): Promise<number> {
  const { plan, log, asked } = development;
  const processes = plan.map((planned) => new DevProcess(planned, portsFor(planned, development)));
  const killAll = () => {
    for (const process of processes) if (process.hasLeftovers) process.killAll();
  };
  process.once("exit", killAll);
  const stopWatching = new AbortController();
  try {
    await startAll(processes, development);
    watchCode({ ...development, processes, signal: stopWatching.signal });
    await untilAborted(asked.gently);
  } finally {
    stopWatching.abort();
    await endAll({
      processes,
      signal: signalOf(asked.gently.reason),
      atOnce: asked.atOnce,
      onSlow: (types) => note(log, `${types.join(" and ")} takes its time to end; Ctrl-C again kills it`),
    });
    process.off("exit", killAll);
  }
  return asked.atOnce.aborted ? endedBySecondWish : 0;
}

function portsFor({ type, reload }: PlannedProcess, { place, log }: Development) {
  return {
    start: { folder: place.folder, platform: place.platform },
    stopSignal: place.app.processes[type]?.stopSignal ?? "SIGTERM",
    onLine: (stream: "stdout" | "stderr", line: string) =>
      log.tell({ type: "line", process: type, stream, line }),
    onStarted: (pid: number, command: readonly string[]) =>
      log.tell(
        { type: "started", process: type, pid, command },
        `${type}: ${typed(command)}${watched(reload)}`,
      ),
    onEnded: ({ exitCode, signal }: TreeEnd) => {
      const how =
        exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
      log.tell(
        { type: "ended", process: type, exitCode, signal },
        `${type} ${how}; it is started again at the next change`,
      );
    },
  };
}

function watched(reload: PlannedProcess["reload"]): string {
  return reload === "cozy" ? " (started anew at each change)" : "";
}

function signalOf(reason: unknown): NodeJS.Signals {
  return reason === "SIGHUP" || reason === "SIGTERM" ? reason : "SIGINT";
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  // A timer, because a listener alone keeps no process alive.
  while (!signal.aborted) await after(2 ** 30, undefined, { signal }).catch(() => undefined);
}
