import type { Limits, ProcessType } from "../project/project.ts";

/** One process of a release on a host, named (release, process type, index). */
export interface InstanceId {
  readonly release: string;
  readonly type: string;
  readonly index: number;
}

/** What the supervisor needs to run an instance and to run it again after its own death. Holds no secret: those are in a file. */
export interface InstanceSpec {
  readonly id: InstanceId;
  readonly command: readonly string[];
  readonly folder: string;
  /** A JSON file of names and values, mode 0600; read at every start and never copied. */
  readonly environmentFile: string;
  /** Names and values on top of the file's that are no secret: `PORT`, `COZY_INSTANCE`. */
  readonly variables: Readonly<Record<string, string>>;
  /** The unix socket that a web instance listens on; removed before each start. */
  readonly socket: string | undefined;
  /** stdout and stderr are appended to it. */
  readonly logFile: string;
  readonly stopSignal: ProcessType["stopSignal"];
  readonly stopTimeoutMs: number;
  readonly limits: Limits;
}

/** What `environmentFile` holds. */
export interface EnvironmentFile {
  readonly format: 1;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * `backing-off`: it ended and waits for its next start. `failed`: its last start was not possible at all (see `problem`); it is
 * tried again too.
 */
export type InstanceState = "starting" | "running" | "backing-off" | "stopping" | "stopped" | "failed";

export interface InstanceStatus {
  readonly id: InstanceId;
  readonly state: InstanceState;
  readonly pid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** Starts after the first, since the instance was asked for. */
  readonly restarts: number;
  /** How the process before the present one ended; both `null` where it was no child of the supervisor that saw it gone. */
  readonly lastExit: LastExit | undefined;
  /** When the supervisor will stop it by itself, in milliseconds since the epoch: a warm instance of an earlier release. */
  readonly retireAt: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly socket: string | undefined;
  /** Why it could not be started, stopped or kept: names and numbers, never a value of its environment. */
  readonly problem?: string | undefined;
}

export interface LastExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly at: number;
}

/** One that was killed, because it did not end within its stop time-out. */
export interface KilledInstance {
  readonly id: InstanceId;
  readonly afterMs: number;
}

/** Which instances an order is about: those of a release, narrowed to process types and to one index. */
export interface InstanceSelection {
  readonly release: string;
  /** All process types when absent. */
  readonly types?: readonly string[] | undefined;
  readonly index?: number | undefined;
}

export function instanceName(id: InstanceId): string {
  return `${id.release}/${id.type}.${id.index}`;
}

export function isSelected(id: InstanceId, select: InstanceSelection): boolean {
  if (id.release !== select.release) return false;
  if (select.types !== undefined && !select.types.includes(id.type)) return false;
  return select.index === undefined || select.index === id.index;
}
