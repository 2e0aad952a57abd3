import type { InstanceId, InstanceStatus } from "../instance.ts";

/** An instance that runs and never ended; no socket, and nothing known of its memory. */
export function sampleStatus(id: InstanceId, more: Partial<InstanceStatus> = {}): InstanceStatus {
  return {
    id,
    state: "running",
    pid: 1,
    startedAt: 0,
    restarts: 0,
    lastExit: undefined,
    retireAt: undefined,
    memoryBytes: undefined,
    socket: undefined,
    ...more,
  };
}
