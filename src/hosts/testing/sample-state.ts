import type { HostState } from "../host.ts";

/** A host on which nothing is yet. */
export function sampleHostState(host: string, more: Partial<HostState> = {}): HostState {
  return {
    host,
    clock: 0,
    freeBytes: 1,
    releases: [],
    current: undefined,
    routes: {},
    instances: [],
    types: {},
    scale: {},
    supervised: true,
    ...more,
  };
}
