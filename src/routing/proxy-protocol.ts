/** What the control socket says: HTTP over a unix socket, JSON, every answer with its format. */
export const controlFormat = 1;

/** `GET /state` */
export interface ProxyState {
  readonly format: 1;
  readonly pid: number;
  /** The hash of the agent's file; see `agentVersion`. */
  readonly version: string;
  readonly address: string;
  /** The port it really listens on. */
  readonly port: number;
  /** The number of the table it serves by; `null` before the first. */
  readonly table: number | null;
  /** Why the table in force could not be read; the one before it then stays. */
  readonly problem: string | null;
  /** When it started, in milliseconds since the epoch. */
  readonly since: number;
  /** SHA-256 of the settings file it was started with. */
  readonly settings: string;
  readonly draining: boolean;
  /** Lines of the access log that could not be written. */
  readonly lostLogLines: number;
  /** The access log holds a line of every request that ended before this answer. Absent where an older proxy answers. */
  readonly logWritten?: true;
  /** By socket. */
  readonly instances: Readonly<Record<string, { readonly requests: number; readonly streams: number }>>;
}

/** `POST /handover` */
export interface HandoverRequest {
  readonly format: 1;
  /** The whole command line of the new proxy, its settings file included. */
  readonly command: readonly string[];
}

export interface HandoverAnswer {
  readonly format: 1;
  readonly pid: number;
}

/** `POST /stop` */
export interface StopAnswer {
  readonly format: 1;
  readonly stopping: true;
}

export interface ControlError {
  readonly format: 1;
  readonly error: string;
}

/** Added to the new proxy's command line: it waits for the listening socket of the one before it. */
export const takeOverFlag = "--take-over";

/** From the new proxy to the old one, over Node's IPC channel. */
export type FromNew =
  /** Everything but the port is there; this is where it wants to listen. */
  | { readonly format: 1; readonly type: "prepared"; readonly address: string; readonly port: number }
  /** It answers clients and the control socket. */
  | { readonly format: 1; readonly type: "accepting" };

/** From the old proxy to the new one; `listener` comes with the listening socket itself. */
export type FromOld =
  | { readonly format: 1; readonly type: "listener" }
  /** The old one listens elsewhere. */
  | { readonly format: 1; readonly type: "listen-yourself" };
