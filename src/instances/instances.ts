import type { InstanceSelection, InstanceSpec, InstanceStatus, KilledInstance } from "./instance.ts";

/**
 * What the engine needs of whatever runs instances. Every order can be given again with the same result; every one takes a signal
 * that carries its deadline.
 */
export interface Instances {
  /**
   * Starts those that are not there, and keeps those that were retired: what it gives runs and goes on. The same spec again changes
   * nothing; another spec for the same id is a restart with it.
   */
  start(specs: readonly InstanceSpec[], signal: AbortSignal): Promise<readonly InstanceStatus[]>;
  /**
   * Stops them within their own stop time-outs and forgets them; none of that name is no error. Gives those that had to be killed.
   */
  stop(select: InstanceSelection, signal: AbortSignal): Promise<readonly KilledInstance[]>;
  /** Has them stopped at that time (milliseconds since the epoch), without anyone asking again; `undefined` keeps them. */
  retire(select: InstanceSelection, at: number | undefined, signal: AbortSignal): Promise<void>;
  list(signal: AbortSignal): Promise<readonly InstanceStatus[]>;
}
