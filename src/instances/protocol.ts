import type { InstanceSelection, InstanceSpec, InstanceStatus, KilledInstance } from "./instance.ts";

/**
 * What is spoken on the supervisor's control socket: HTTP with JSON bodies. Every request says its format, in the body or (GET) as
 * `?format=`; every answer says it too. A format that the supervisor does not speak is answered with 400 and `speaks`, and that
 * answer keeps its shape in every format, so that a client of any age can tell who is older.
 *
 * | order             | body                         | answer          |
 * |-------------------|------------------------------|-----------------|
 * | `GET /state`      |                              | StateAnswer     |
 * | `PUT /instances`  | StartOrder                   | InstancesAnswer |
 * | `POST /stop`      | SelectOrder                  | StopAnswer      |
 * | `POST /retire`    | RetireOrder                  | InstancesAnswer |
 * | `POST /restart`   | SelectOrder                  | InstancesAnswer |
 * | `PUT /proxy`      | ProxyOrder                   | ProxyAnswer     |
 * | `POST /leave`     | LeaveOrder                   | Answer          |
 * | `POST /shutdown`  | Order                        | Answer          |
 */
export const protocolFormat = 1;

interface Order {
  readonly format: number;
}

export interface StartOrder extends Order {
  readonly instances: readonly InstanceSpec[];
}

export interface SelectOrder extends Order {
  readonly select: InstanceSelection;
}

export interface RetireOrder extends SelectOrder {
  /** Milliseconds since the epoch; `null` keeps them. */
  readonly at: number | null;
}

/** The supervisor's own pid, so that an order for one that has gone already does not send its successor away. */
export interface LeaveOrder extends Order {
  readonly pid: number;
}

export interface ProxyOrder extends Order {
  readonly proxy: ProxySpec;
}

/**
 * The proxy that runs beside the instances. `command` is the whole argument vector. Where one runs already, it is handed
 * `POST /handover {format, command, settingsFile}` on its control socket, and answers `{format, pid}` of the one that takes over.
 */
export interface ProxySpec {
  readonly command: readonly string[];
  readonly controlSocket: string;
  readonly settingsFile: string;
  /** Changes when the code or the settings do; the same hash again changes nothing. */
  readonly hash: string;
  /** stdout and stderr are appended to it. */
  readonly logFile: string;
  /** How long it may take to end when it is stopped; 10 s when absent. */
  readonly stopTimeoutMs?: number | undefined;
}

export interface Answer {
  readonly format: number;
}

export interface InstancesAnswer extends Answer {
  readonly instances: readonly InstanceStatus[];
  /** What is wrong with the supervisor itself, such as a full disk: it goes on, but could not be started again as it is. */
  readonly problem?: string | undefined;
}

export interface StopAnswer extends InstancesAnswer {
  /** Those that did not end within their stop time-outs; an older supervisor does not tell. */
  readonly killed?: readonly KilledInstance[] | undefined;
}

export interface StateAnswer extends InstancesAnswer {
  readonly version: string;
  /** Of the supervisor's code. */
  readonly hash: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly proxy?: ProxyStatus | undefined;
}

export interface ProxyStatus {
  readonly state: "running" | "backing-off" | "stopped";
  readonly hash: string;
  readonly pid?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly restarts: number;
  /** Former proxies that answer their last requests. */
  readonly draining: readonly number[];
  readonly problem?: string | undefined;
}

export interface ProxyAnswer extends Answer {
  readonly outcome: "was running" | "started" | "replaced";
  readonly proxy: ProxyStatus;
  readonly problem?: string | undefined;
}

export interface ErrorAnswer extends Answer {
  readonly error: { readonly reason: RefusalReason; readonly message: string };
  readonly speaks: readonly number[];
  readonly version: string;
  readonly pid: number;
}

export type RefusalReason =
  | "unknown-format"
  | "unknown-order"
  | "bad-order"
  | "not-me"
  | "leaving"
  | "not-stopped"
  | "handover-failed"
  | "defect";

/** `error.json` in the supervisor's folder: why it did not start, for whoever waits for it. */
export interface StartError {
  readonly format: 1;
  readonly reason: "state-damaged" | "state-newer" | "settings" | "socket" | "defect";
  readonly message: string;
  readonly pid: number;
  readonly at: number;
}

export const startErrorFile = "error.json";
export const stateFile = "state.json";
export const settingsFileName = "settings.json";
