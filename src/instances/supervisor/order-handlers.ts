import type { InstanceSpec } from "../instance.ts";
import { instanceSelection, instanceSpec, proxySpec, type Check } from "./checks.ts";
import { Refusal, type OrderHandler } from "./control-server.ts";
import type { Endings } from "./endings.ts";
import type { InstanceRoster } from "./instance-roster.ts";
import { NotStopped } from "./kept-alive.ts";
import { HandoverFailed, type SupervisedProxy } from "./supervised-proxy.ts";

export interface OrderContext {
  readonly roster: InstanceRoster;
  readonly proxy: SupervisedProxy;
  readonly about: { readonly version: string; readonly hash: string; readonly startedAt: number };
  /** What is wrong with the supervisor itself. */
  readonly problem: () => string | undefined;
  readonly ending: Endings;
}

/** What each order does. All of them can be given again with the same result. */
export function orderHandlers(context: OrderContext): Readonly<Record<string, OrderHandler>> {
  const { roster, proxy, problem } = context;
  const orders: Record<string, OrderHandler> = {
    "GET /state": async () => ({
      ...context.about,
      pid: process.pid,
      instances: roster.statuses(),
      proxy: proxy.status(),
      problem: problem(),
    }),
    "PUT /instances": async ({ instances }) => ({
      instances: await roster.start(specsIn(instances)),
      problem: problem(),
    }),
    "POST /stop": async ({ select }) => {
      const killed = await roster.stop(checked(instanceSelection, select)).catch(refuseNotStopped);
      return { instances: [], killed, problem: problem() };
    },
    "POST /retire": async ({ select, at }) => ({
      instances: await roster.retire(checked(instanceSelection, select), timeIn(at)),
      problem: problem(),
    }),
    "POST /restart": async ({ select }) => ({
      instances: await roster.restart(checked(instanceSelection, select)).catch(refuseNotStopped),
      problem: problem(),
    }),
    "PUT /proxy": async ({ proxy: spec }) => ({
      ...(await proxy.put(checked(proxySpec, spec)).catch(refuseHandover)),
      problem: problem(),
    }),
    "POST /leave": async ({ pid }) => {
      if (pid !== process.pid) throw new Refusal("not-me", `this is ${process.pid} and not ${String(pid)}`);
      await context.ending.leave();
      return {};
    },
    "POST /shutdown": async () => {
      await context.ending.shutDown().catch(refuseNotStopped);
      return {};
    },
  };
  return Object.fromEntries(
    Object.entries(orders).map(([name, handler]) => [name, unlessLeaving(context, handler)]),
  );
}

/** An order that comes too late belongs to the successor. */
function unlessLeaving(context: OrderContext, handler: OrderHandler): OrderHandler {
  return async (order) => {
    if (context.ending.isLeaving()) throw new Refusal("leaving", "this supervisor leaves");
    return handler(order);
  };
}

function specsIn(value: unknown): readonly InstanceSpec[] {
  if (!Array.isArray(value)) throw new Refusal("bad-order", "instances is not a list");
  return value.map((each) => checked(instanceSpec, each));
}

function checked<T>(what: Check<T>, value: unknown): T {
  if (what.holds(value)) return value;
  throw new Refusal("bad-order", what.fault(value) ?? "");
}

function timeIn(value: unknown): number | undefined {
  if (value === null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new Refusal("bad-order", "at is neither a time nor null");
  return value;
}

function refuseNotStopped(error: unknown): never {
  throw error instanceof NotStopped ? new Refusal("not-stopped", error.message) : error;
}

function refuseHandover(error: unknown): never {
  throw error instanceof HandoverFailed ? new Refusal("handover-failed", error.message) : error;
}
