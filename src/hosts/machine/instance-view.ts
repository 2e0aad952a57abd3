import type { InstanceStatus } from "../../instances/instance.ts";
import type { InstanceLogs } from "../../logs/instance-logs.ts";
import type { ReadyReport, RestartsBefore } from "../host.ts";

/** What the gates look at; a machine gives them what really runs there. */
export interface InstanceView {
  instances(signal: AbortSignal): Promise<readonly InstanceStatus[]>;
  /** The last lines that an instance logged. */
  tail(status: InstanceStatus, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether the release's web instances listen on their sockets themselves. */
  listens(release: string): Promise<"socket" | "port">;
  /** Looks for a text in what the present life of an instance has printed; each look reads only what is new. */
  watch: InstanceLogs["watch"];
  readonly now: () => number;
}

/** `web.0` */
export function shortName({ id }: InstanceStatus): string {
  return `${id.type}.${id.index}`;
}

/** A new instance that was started twice has ended meanwhile; a warm one may have been before. */
export function hasEnded(status: InstanceStatus, before: RestartsBefore): boolean {
  const known = before[shortName(status)] ?? 0;
  return status.restarts > known || status.state === "backing-off" || status.state === "failed";
}

export function exitFault(status: InstanceStatus): string {
  const { lastExit } = status;
  if (!lastExit) return `${shortName(status)} could not be started`;
  return `${shortName(status)} ended ${lastExit.signal ? `by ${lastExit.signal}` : `with exit code ${lastExit.code}`}`;
}

/** Faults, with the last lines of the first instance that has one. */
export async function faultReport(
  view: InstanceView,
  faults: readonly string[],
  of: readonly InstanceStatus[],
  signal: AbortSignal,
): Promise<ReadyReport> {
  const [first] = of;
  return { ok: false, faults, tail: first ? await view.tail(first, signal) : [] };
}
