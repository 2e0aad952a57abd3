import { isDeepStrictEqual } from "node:util";
import {
  instanceName,
  isSelected,
  type InstanceId,
  type InstanceSpec,
  type InstanceStatus,
  type LastExit,
} from "./instance.ts";
import type { Instances } from "./instances.ts";

/** What a process of the fake does: it runs, ends with 1 as soon as it starts, or can't be started at all. */
export type FakeBehaviour = "runs" | "exits" | "cannot start";

export interface FakeInstancesOptions {
  readonly now: () => number;
  readonly behaviour?: (spec: InstanceSpec) => FakeBehaviour;
}

export interface FakeInstances extends Instances {
  /** Has a running process end; the fake starts it again at once. */
  crash(id: InstanceId, exit?: Pick<LastExit, "code" | "signal">): void;
  /** The orders that came, for tests that ask what was done and when: `start r1/web.0`, `stop r1 (web)`. */
  readonly orders: readonly string[];
}

interface Entry {
  spec: InstanceSpec;
  status: InstanceStatus;
}

/** The `Instances` port in memory: no process, no wait, and the clock that it is given. */
export function fakeInstances({ now, behaviour = () => "runs" }: FakeInstancesOptions): FakeInstances {
  const entries = new Map<string, Entry>();
  const orders: string[] = [];
  let lastPid = 1000;

  const begin = (spec: InstanceSpec, restarts: number, lastExit: LastExit | undefined): InstanceStatus => {
    const status = { ...common(spec), restarts, lastExit };
    const does = behaviour(spec);
    if (does === "cannot start") {
      return { ...status, state: "failed", problem: `${spec.command[0]} could not be started` };
    }
    if (does === "exits") {
      const exit = { code: 1, signal: null, at: now() };
      return { ...status, state: "backing-off", restarts: restarts + 1, lastExit: exit };
    }
    lastPid += 1;
    return { ...status, state: "running", pid: lastPid, startedAt: now(), memoryBytes: 50_000_000 };
  };

  const forgetRetired = (): void => {
    for (const [name, { status }] of entries) {
      if (status.retireAt !== undefined && status.retireAt <= now()) entries.delete(name);
    }
  };

  const selected = (select: Parameters<Instances["stop"]>[0]): readonly [string, Entry][] => {
    forgetRetired();
    return [...entries].filter(([, { spec }]) => isSelected(spec.id, select));
  };

  return {
    orders,
    async start(specs, signal) {
      signal.throwIfAborted();
      forgetRetired();
      return specs.map((spec) => {
        const name = instanceName(spec.id);
        const before = entries.get(name);
        if (before !== undefined && isDeepStrictEqual(before.spec, spec)) {
          before.status = { ...before.status, retireAt: undefined };
          return before.status;
        }
        orders.push(`start ${name}`);
        const status = begin(spec, 0, undefined);
        entries.set(name, { spec, status });
        return status;
      });
    },
    async stop(select, signal) {
      signal.throwIfAborted();
      orders.push(
        `stop ${select.release}${select.types === undefined ? "" : ` (${select.types.join(", ")})`}`,
      );
      for (const [name] of selected(select)) entries.delete(name);
      return [];
    },
    async retire(select, at, signal) {
      signal.throwIfAborted();
      orders.push(`retire ${select.release}${at === undefined ? " never" : ""}`);
      for (const [, entry] of selected(select)) entry.status = { ...entry.status, retireAt: at };
    },
    async list(signal) {
      signal.throwIfAborted();
      forgetRetired();
      return [...entries.values()].map(({ status }) => status);
    },
    crash(id, exit = { code: null, signal: "SIGKILL" }) {
      const entry = entries.get(instanceName(id));
      if (entry === undefined) throw new Error(`${instanceName(id)} is not there`);
      entry.status = begin(entry.spec, entry.status.restarts + 1, { ...exit, at: now() });
    },
  };
}

function common(spec: InstanceSpec): InstanceStatus {
  return {
    id: spec.id,
    state: "starting",
    pid: undefined,
    startedAt: undefined,
    restarts: 0,
    lastExit: undefined,
    retireAt: undefined,
    memoryBytes: undefined,
    socket: spec.socket,
  };
}
