import type { InstanceId, InstanceStatus } from "../instances/instance.ts";

/** What instances printed, wherever that is kept: files beside the supervisor, or the journal of a server. */
export interface InstanceLogs {
  /** The last lines of one instance, oldest first. */
  tail(id: InstanceId, lines: number, signal: AbortSignal): Promise<readonly string[]>;
  /** Looks for a text in what the present life of an instance has printed; each look reads only what is new. */
  watch(status: InstanceStatus, text: string): { seen(signal: AbortSignal): Promise<boolean> };
}
