import {
  instanceName,
  isSelected,
  type InstanceSelection,
  type InstanceStatus,
} from "../../instances/instance.ts";
import type { ReadyCheck } from "../../project/project.ts";
import { pause } from "../../shared/pause.ts";
import type { ReadyReport, RestartsBefore } from "../host.ts";
import { checkInstance } from "./check-instance.ts";

/** What the gate looks at; the adapter for this machine gives it the real supervisor. */
export interface InstanceView {
  instances(signal: AbortSignal): Promise<readonly InstanceStatus[]>;
  /** The last lines that an instance logged. */
  tail(status: InstanceStatus): Promise<readonly string[]>;
  readonly now: () => number;
}

/**
 * Asks every web instance of the release until each has answered well once. An instance that ended meanwhile ends the wait: a release
 * that needs two starts to come up is not one to put into force.
 */
export async function awaitReady(
  view: InstanceView,
  release: string,
  check: ReadyCheck,
  restartsBefore: RestartsBefore,
  signal: AbortSignal,
): Promise<ReadyReport> {
  const start = view.now();
  const ready = new Set<string>();
  for (let round = 0; ; round += 1) {
    const web = (await view.instances(signal)).filter(
      ({ id }) => id.release === release && id.type === "web",
    );
    const ended = web.filter((status) => hasEnded(status, restartsBefore));
    if (ended.length > 0) return report(view, ended.map(exitFault), ended);
    const waiting = web.filter(({ id }) => !ready.has(instanceName(id)));
    const faults = await Promise.all(waiting.map((status) => ask(status, check, signal)));
    for (const [index, fault] of faults.entries()) {
      const status = waiting[index];
      if (status && fault === undefined) ready.add(instanceName(status.id));
    }
    if (web.length > 0 && ready.size === web.length) return { ok: true, faults: [], tail: [] };
    if (view.now() - start >= check.timeoutMs) {
      const missing = faults.filter((fault) => fault !== undefined);
      return report(
        view,
        web.length === 0
          ? ["no web instance runs"]
          : missing.map((fault) => `${fault} after ${check.timeoutMs / 1000} s`),
        waiting,
      );
    }
    await pause(round < 40 ? 10 : 100, signal);
  }
}

/** The same for process types that answer no requests: they are watched for a while, and an end is a fault. */
export async function awaitSteady(
  view: InstanceView,
  select: InstanceSelection,
  forMs: number,
  restartsBefore: RestartsBefore,
  signal: AbortSignal,
): Promise<ReadyReport> {
  const start = view.now();
  for (;;) {
    const ours = (await view.instances(signal)).filter(({ id }) => isSelected(id, select));
    const ended = ours.filter((status) => hasEnded(status, restartsBefore));
    if (ended.length > 0) return report(view, ended.map(exitFault), ended);
    if (view.now() - start >= forMs) return { ok: true, faults: [], tail: [] };
    await pause(50, signal);
  }
}

/** A new instance that was started twice has ended meanwhile; a warm one may have been before. */
function hasEnded(status: InstanceStatus, before: RestartsBefore): boolean {
  const known = before[`${status.id.type}.${status.id.index}`] ?? 0;
  return status.restarts > known || status.state === "backing-off" || status.state === "failed";
}

function exitFault({ id, lastExit }: InstanceStatus): string {
  if (!lastExit) return `${id.type}.${id.index} could not be started`;
  return `${id.type}.${id.index} ended ${lastExit.signal ? `by ${lastExit.signal}` : `with exit code ${lastExit.code}`}`;
}

async function ask(
  status: InstanceStatus,
  check: ReadyCheck,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `${status.id.type}.${status.id.index}`;
  if (status.socket === undefined) return `${name} has no socket`;
  const fault = await checkInstance(status.socket, { ...check, text: undefined, timeoutMs: 5_000 }, signal);
  return (
    fault &&
    `${name} ${fault === "does not listen on its socket" ? fault : `answers GET ${check.path}: ${fault}`}`
  );
}

async function report(
  view: InstanceView,
  faults: readonly string[],
  of: readonly InstanceStatus[],
): Promise<ReadyReport> {
  const [first] = of;
  return { ok: false, faults, tail: first ? await view.tail(first) : [] };
}
