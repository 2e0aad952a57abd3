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

export type InstanceState = "starting" | "running" | "backing-off" | "stopping" | "stopped" | "failed";

export interface InstanceStatus {
  readonly id: InstanceId;
  readonly state: InstanceState;
  readonly pid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** Starts after the first, since the instance was asked for. */
  readonly restarts: number;
  readonly lastExit:
    | { readonly code: number | null; readonly signal: string | null; readonly at: number }
    | undefined;
  /** When the supervisor will stop it by itself, in milliseconds since the epoch: a warm instance of an earlier release. */
  readonly retireAt: number | undefined;
  readonly memoryBytes: number | undefined;
  readonly socket: string | undefined;
}

export function instanceName(id: InstanceId): string {
  return `${id.release}/${id.type}.${id.index}`;
}
