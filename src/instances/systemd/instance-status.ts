import type { InstanceSpec, InstanceState, InstanceStatus, LastExit } from "../instance.ts";
import type { UnitState } from "./unit-state.ts";

export interface StatusFacts {
  readonly spec: InstanceSpec;
  readonly retireAt: number | undefined;
  readonly unit: UnitState;
  /** Whether its process is still the shell that is about to become the command. */
  readonly isBeforeCommand: boolean;
  readonly lastExit: LastExit | undefined;
  /** When the machine was started, in milliseconds since the epoch. */
  readonly bootedAt: number;
}

/** What an instance is, from what systemd and the notes of its starts say. Pure. */
export function instanceStatus(facts: StatusFacts): InstanceStatus {
  const { spec, retireAt, unit, lastExit, bootedAt } = facts;
  const between = lastExit ?? exitOf(unit, bootedAt);
  const why = problem(spec, unit, between);
  const state = stateOf(facts, why !== undefined);
  const lives = state === "running" || state === "stopping";
  return {
    id: spec.id,
    state,
    pid: lives ? unit.pid : undefined,
    startedAt:
      lives && unit.startedAfterBootMs !== undefined
        ? Math.round(bootedAt + unit.startedAfterBootMs)
        : undefined,
    restarts: unit.restarts,
    lastExit: state === "starting" ? lastExit : between,
    retireAt,
    memoryBytes: lives ? unit.memoryBytes : undefined,
    socket: spec.socket,
    ...(state === "failed" && why !== undefined ? { problem: why } : {}),
  };
}

/** A retired one that was ended is no instance any more, though its folder may be there until somebody removes it. */
export function isGone({ retireAt, unit }: Pick<StatusFacts, "retireAt" | "unit">): boolean {
  return retireAt !== undefined && isDown(unit);
}

export function isDown({ active }: UnitState): boolean {
  return active === "inactive" || active === "failed";
}

/** Nothing runs, and nothing could: the server has no unit for it. */
export function isMissing(unit: UnitState): boolean {
  return unit.load === "not-found" && isDown(unit);
}

function stateOf({ unit, isBeforeCommand }: StatusFacts, isImpossible: boolean): InstanceState {
  const waiting = isImpossible ? "failed" : "backing-off";
  switch (unit.active) {
    case "active":
    case "reloading":
      if (!isBeforeCommand) return "running";
      return unit.restarts > 0 ? waiting : "starting";
    case "activating":
      return unit.sub === "auto-restart" || unit.restarts > 0 ? waiting : "starting";
    case "deactivating":
      // Between an end of its own and the next start systemd notes how it ended.
      return unit.sub === "stop-post" ? waiting : "stopping";
    case "failed":
      return isImpossible ? "failed" : "stopped";
    default:
      return "stopped";
  }
}

/** As shells say that a program is not there, and that it can't be executed. */
const notFound = 127;
const notExecutable = 126;
/** systemd's own, for what it could not do before the start: a user that is not there, a folder that can't be mounted. */
const firstOfSystemd = 200;

function problem(
  { command }: InstanceSpec,
  { unit }: UnitState,
  end: LastExit | undefined,
): string | undefined {
  const program = command[0] ?? "The command";
  const code = end?.code;
  if (code === notFound) return `${program} could not be started: it was not found`;
  if (code === notExecutable)
    return `${program} could not be started: it, or the folder it runs in, is not for its user`;
  if (code !== undefined && code !== null && code >= firstOfSystemd && code < 246)
    return `${program} could not be started: systemd gave up ${unit} with ${code}; see journalctl -u ${unit}`;
  return undefined;
}

/** systemd knows it until the next start, so also where no note could be written. */
function exitOf(unit: UnitState, bootedAt: number): LastExit | undefined {
  if (unit.exitCode === undefined || unit.pid !== undefined) return undefined;
  const at = Math.round(bootedAt + (unit.startedAfterBootMs ?? 0));
  return { code: unit.exitCode, signal: null, at };
}
