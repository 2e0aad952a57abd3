import { join } from "node:path";
import { messageOf } from "../../shared/thrown.ts";
import { supervisorOutputFile } from "../keeper.ts";
import { protocolFormat, stateFile } from "../protocol.ts";
import { defaultLogLimits, defaultTiming, type SupervisorSettings } from "../supervisor-settings.ts";
import { listen } from "./control-server.ts";
import { endings } from "./endings.ts";
import { eventLog, type Log } from "./event-log.ts";
import { keepHouse } from "./housekeeping.ts";
import { InstanceRoster } from "./instance-roster.ts";
import { guardKeeper } from "./keeper-guard.ts";
import { readState } from "./kept-state.ts";
import { orderHandlers } from "./order-handlers.ts";
import { lastOwner, takeOwnership } from "../ownership.ts";
import { stateWriter } from "./state-writer.ts";
import { SupervisedProxy } from "./supervised-proxy.ts";
import type { Surroundings } from "./surroundings.ts";
import { watchProcesses } from "./watch.ts";

/**
 * Becomes the environment's supervisor, takes up what an earlier one has left, and then takes orders. It is not needed where another one
 * runs, nor where a keeper that slept through it wants to start again what was ended on purpose since.
 */
export async function runSupervisor(
  settings: SupervisorSettings,
  settingsFile: string,
): Promise<"runs" | "not needed"> {
  if (process.env["COZY_START"] === "again" && lastOwner(settings.folder).fate === "let go")
    return "not needed";
  const ownership = takeOwnership(settings.folder);
  if (!("release" in ownership)) return "not needed";

  const startedAt = Date.now();
  const timing = { ...defaultTiming, ...settings.timing };
  const logFile = join(settings.logFolder, "supervisor.log");
  const log = eventLog(logFile, Date.now);
  const stateAt = join(settings.folder, stateFile);
  const kept = readState(stateAt);
  log("supervisor-started", {
    pid: process.pid,
    version: settings.version,
    instances: kept.instances.length,
  });

  const state = stateWriter(
    stateAt,
    () => ({ format: 1, instances: roster.kept(), proxy: proxy.kept() }),
    log,
  );
  const around: Surroundings = {
    now: Date.now,
    random: Math.random,
    timing,
    log,
    watch: watchProcesses(timing),
    save: state.save,
    isLeaving: () => ending.isLeaving(),
  };
  const roster = new InstanceRoster(around);
  const proxy = new SupervisedProxy(around);
  const guard = guardKeeper(keeperOptions(settings, settingsFile), Number(process.env["COZY_KEEPER"]), log);
  const ending = endings({
    state,
    roster,
    proxy,
    ended: [
      () => endHousekeeping(),
      () => guard.dismiss(),
      // The socket is gone before a successor can make its own.
      () => void server.close(),
      () => log("supervisor-ended", { pid: process.pid }),
      () => ownership.release(),
    ],
  });

  await Promise.all([roster.comeBack(kept.instances), kept.proxy && proxy.comeBack(kept.proxy)]);

  guard.check();
  const endHousekeeping = keepHouse({
    everyMs: timing.lookMs,
    limits: { ...defaultLogLimits, ...settings.logs },
    logFiles: () => [
      ...roster.logFiles(),
      ...proxy.logFiles(),
      logFile,
      supervisorOutputFile(settings.logFolder),
    ],
    others: [() => guard.check(), () => roster.checkMemory(), state.retry],
    log,
  });
  const server = await listen({
    socket: settings.controlSocket,
    formats: settings.formats ?? [protocolFormat],
    version: settings.version,
    orders: orderHandlers({
      roster,
      proxy,
      about: { version: settings.version, hash: settings.hash, startedAt },
      problem: state.problem,
      ending,
    }),
    onAnswered: () => ending.hasEnded() && process.exit(0),
    onDefect: (order, error) => logDefect(log, order, error),
  });
  return "runs";
}

/** The very command line of this process, flags included. */
function keeperOptions(settings: SupervisorSettings, settingsFile: string) {
  return {
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? "", settingsFile],
    folder: settings.folder,
    logFolder: settings.logFolder,
  };
}

function logDefect(log: Log, order: string, error: unknown): void {
  log("defect", {
    order,
    message: messageOf(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
}
