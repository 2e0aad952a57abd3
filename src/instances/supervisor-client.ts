import { CozyError } from "../errors/cozy-error.ts";
import { pause } from "../shared/pause.ts";
import type { InstanceSelection, InstanceSpec, InstanceStatus, KilledInstance } from "./instance.ts";
import type { Instances } from "./instances.ts";
import { jsonRequest, NoAnswer, type JsonAnswer } from "./json-request.ts";
import { lastOwner } from "./ownership.ts";
import {
  protocolFormat,
  type Answer,
  type ProxyAnswer,
  type ProxyOrder,
  type ProxySpec,
  type RetireOrder,
  type SelectOrder,
  type StartOrder,
  type StateAnswer,
} from "./protocol.ts";
import {
  accepted,
  isAnswer,
  isInstancesAnswer,
  isProxyAnswer,
  isStateAnswer,
  isStopAnswer,
  wholeStatus,
} from "./supervisor-answer.ts";

/** Where an environment's supervisor is found. */
export interface SupervisorAddress {
  /** The supervisor's own folder. */
  readonly folder: string;
  readonly controlSocket: string;
}

/** Starts those that are not there; the same again changes nothing, another spec for the same id is a restart with it. */
export async function startInstances(
  at: SupervisorAddress,
  instances: readonly InstanceSpec[],
  signal: AbortSignal,
): Promise<readonly InstanceStatus[]> {
  const answer = await order(
    at,
    "PUT",
    "/instances",
    { instances } satisfies Body<StartOrder>,
    isInstancesAnswer,
    signal,
  );
  return answer.instances.map(wholeStatus);
}

/** Stops them within their own stop time-outs and forgets them; resolves when they are gone, with those that had to be killed. */
export async function stopInstances(
  at: SupervisorAddress,
  select: InstanceSelection,
  signal: AbortSignal,
): Promise<readonly KilledInstance[]> {
  const body = { select } satisfies Body<SelectOrder>;
  return (await order(at, "POST", "/stop", body, isStopAnswer, signal)).killed ?? [];
}

/** Has the supervisor stop them at that time (milliseconds since the epoch) by itself; `undefined` keeps them. */
export async function retireInstances(
  at: SupervisorAddress,
  select: InstanceSelection,
  when: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  await order(
    at,
    "POST",
    "/retire",
    { select, at: when ?? null } satisfies Body<RetireOrder>,
    isAnswer,
    signal,
  );
}

/** Stops them and starts them at once. */
export async function restartInstances(
  at: SupervisorAddress,
  select: InstanceSelection,
  signal: AbortSignal,
): Promise<readonly InstanceStatus[]> {
  const answer = await order(
    at,
    "POST",
    "/restart",
    { select } satisfies Body<SelectOrder>,
    isInstancesAnswer,
    signal,
  );
  return answer.instances.map(wholeStatus);
}

/** All instances; none where no supervisor runs. */
export async function listInstances(
  at: SupervisorAddress,
  signal: AbortSignal,
): Promise<readonly InstanceStatus[]> {
  return (await supervisorState(at, signal))?.instances ?? [];
}

/** Everything that the supervisor can tell; `undefined` where none runs. Waits for one that is just being started again. */
export async function supervisorState(
  at: SupervisorAddress,
  signal: AbortSignal,
): Promise<StateAnswer | undefined> {
  const path = `/state?format=${protocolFormat}`;
  const answer = await patiently(
    () => jsonRequest(at.controlSocket, "GET", path, undefined, signal),
    (waitedMs) => waitedMs < 1500 && lastOwner(at.folder).fate === "died",
    signal,
  );
  if (answer === undefined) return undefined;
  const state = accepted(answer, "GET /state", isStateAnswer);
  return { ...state, instances: state.instances.map(wholeStatus) };
}

/** Makes sure that a proxy with this hash runs, without losing a request of one that runs already. */
export async function ensureProxy(
  at: SupervisorAddress,
  proxy: ProxySpec,
  signal: AbortSignal,
): Promise<ProxyAnswer> {
  return order(at, "PUT", "/proxy", { proxy } satisfies Body<ProxyOrder>, isProxyAnswer, signal);
}

/** Stops all instances, the proxy and the supervisor; resolves when they are gone. No supervisor is no error. */
export async function shutdown(at: SupervisorAddress, signal: AbortSignal): Promise<void> {
  if ((await supervisorState(at, signal)) === undefined) return;
  await order(at, "POST", "/shutdown", {}, isAnswer, signal);
}

/** The `Instances` port on an embedded supervisor. */
export function supervisedInstances(at: SupervisorAddress): Instances {
  return {
    start: (specs, signal) => startInstances(at, specs, signal),
    stop: (select, signal) => stopInstances(at, select, signal),
    retire: (select, when, signal) => retireInstances(at, select, when, signal),
    list: (signal) => listInstances(at, signal),
  };
}

/**
 * How long an order waits for a supervisor that is being started again or replaced; every order can be given twice. The keeper of one
 * that dies over and over waits up to 5 s.
 */
const patienceMs = 8000;

type Body<O> = Omit<O, "format">;

async function order<T extends Answer>(
  at: SupervisorAddress,
  method: "PUT" | "POST",
  path: string,
  body: object,
  is: (body: unknown) => body is T,
  signal: AbortSignal,
): Promise<T> {
  const answer = await patiently(
    () => jsonRequest(at.controlSocket, method, path, { format: protocolFormat, ...body }, signal),
    (waitedMs) => waitedMs < patienceMs,
    signal,
  );
  if (answer !== undefined) return accepted(answer, `${method} ${path}`, is);
  throw new CozyError("supervisor-not-running", {
    message: `No supervisor answers at ${at.controlSocket}.`,
    state: "Instances that run go on running, but nothing starts them again when they end.",
    next: "Run the deploy again: it starts the supervisor, which takes up the instances that run.",
  });
}

/** The answer, tried for as long as waiting makes sense; `undefined` when nobody gave one. */
async function patiently(
  ask: () => Promise<JsonAnswer>,
  isWorthWaiting: (waitedMs: number) => boolean,
  signal: AbortSignal,
): Promise<JsonAnswer | undefined> {
  const began = performance.now();
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    });
    if (answer !== undefined && answer.status !== 503) return answer;
    if (!isWorthWaiting(performance.now() - began)) return undefined;
    await pause(10, signal);
  }
}
