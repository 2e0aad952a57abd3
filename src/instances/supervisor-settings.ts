/** `settings.json` in the supervisor's folder: the client writes it, the supervisor reads it once at its start. */
export interface SupervisorSettings {
  readonly format: 1;
  /** Of the cozy that brought the supervisor, and the hash of the supervisor's code. */
  readonly version: string;
  readonly hash: string;
  /** State, settings and ownership of one environment's supervisor. */
  readonly folder: string;
  /** Sockets of the instances; a short path. */
  readonly runFolder: string;
  readonly controlSocket: string;
  readonly logFolder: string;
  readonly logs?: Partial<LogLimits>;
  readonly timing?: Partial<Timing>;
  /** The protocol formats that it speaks; set only to stand in for a supervisor of another age. */
  readonly formats?: readonly number[];
}

export interface LogLimits {
  /** A log file above it is copied aside and emptied. */
  readonly maxBytes: number;
  /** How many copies are kept of each. */
  readonly keep: number;
}

export interface Timing {
  /** The first wait before a start that follows an end; it doubles up to `backOffMaxMs`. */
  readonly backOffFirstMs: number;
  readonly backOffMaxMs: number;
  /** A process that ran this long starts again at the first wait. */
  readonly calmAfterMs: number;
  /** How often memory, log files and the keeper are looked at. */
  readonly lookMs: number;
  /** How often a process that is no child of this supervisor is looked at; and while it is being stopped. */
  readonly adoptedLookMs: number;
  readonly hurriedLookMs: number;
  /** How long a new proxy may take to take over. */
  readonly handoverMs: number;
}

export const defaultLogLimits: LogLimits = { maxBytes: 10_000_000, keep: 5 };

export const defaultTiming: Timing = {
  backOffFirstMs: 100,
  backOffMaxMs: 30_000,
  calmAfterMs: 60_000,
  lookMs: 5000,
  adoptedLookMs: 500,
  hurriedLookMs: 20,
  handoverMs: 20_000,
};
