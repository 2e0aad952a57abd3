import { existsSync } from "node:fs";
import { instanceName, type InstanceStatus } from "../../instances/instance.ts";
import type { ReadyCheck } from "../../project/project.ts";
import { pause } from "../../shared/pause.ts";
import type { ReadyReport, RestartsBefore } from "../host.ts";
import { checkInstance, notListening, type CheckFault } from "./check-instance.ts";
import { exitFault, faultReport, hasEnded, shortName, type InstanceView } from "./instance-view.ts";
import { pacedLooks } from "./paced-looks.ts";
import { tcpListeners } from "./tcp-listeners.ts";

/** How it stands with one instance. */
interface Asked {
  readonly fault: CheckFault | undefined;
  /** Answers so far that were not good. */
  readonly answers: number;
  /** When it is asked again. */
  readonly nextAt: number;
}

/** One answer may take this long. */
const answerMs = 5_000;

/** An instance that ends is to be noticed soon, however long the next question waits. */
const lookMs = 100;

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
  const end = start + check.timeoutMs;
  const asked = new Map<string, Asked>();
  let looks = pacedLooks(view, lookMs);
  for (;;) {
    const seen = await looks.instances(signal);
    const web = seen.instances.filter(({ id }) => id.release === release && id.type === "web");
    const ended = web.filter((status) => hasEnded(status, restartsBefore));
    if (ended.length > 0) {
      const others = web.filter((status) => !ended.includes(status) && isSilent(asked, status));
      const faults = [...ended.map(exitFault), ...(await strayFaults(view, others))];
      return faultReport(view, faults, ended, signal);
    }
    const due = web.filter((status) => isDue(asked, status, view.now()));
    const faults = await Promise.all(due.map((status) => ask(status, check, end - view.now(), signal)));
    for (const [index, status] of due.entries()) {
      const name = instanceName(status.id);
      asked.set(name, after(asked.get(name), faults[index], view.now()));
    }
    const waiting = web.filter((status) => asked.get(instanceName(status.id))?.fault !== undefined);
    if (web.length > 0 && waiting.length === 0) {
      if (seen.isFresh) return { ok: true, faults: [], tail: [] };
      looks = pacedLooks(view, lookMs); // one may have ended since it was seen
      continue;
    }
    const now = view.now();
    if (now >= end) return timeIsUp(view, check, waiting, asked, signal);
    const next = Math.min(end, ...waiting.map(({ id }) => asked.get(instanceName(id))?.nextAt ?? now));
    await pause(Math.max(5, Math.min(lookMs, next - now)), signal);
  }
}

/**
 * Nothing is spent on an instance that does not listen yet, so it is asked often. One that answers is asked ever more seldom: its page
 * may count against a rate limit.
 */
function after(before: Asked | undefined, fault: CheckFault | undefined, now: number): Asked {
  const answers = before?.answers ?? 0;
  if (fault === undefined || fault.silent) return { fault, answers, nextAt: now + 10 };
  const waitMs = fault.retryAfterMs ?? Math.min(500, 10 * 2 ** answers);
  return { fault, answers: answers + 1, nextAt: now + waitMs };
}

function isDue(asked: ReadonlyMap<string, Asked>, { id }: InstanceStatus, now: number): boolean {
  const known = asked.get(instanceName(id));
  return known === undefined || (known.fault !== undefined && known.nextAt <= now);
}

function isSilent(asked: ReadonlyMap<string, Asked>, { id }: InstanceStatus): boolean {
  const known = asked.get(instanceName(id));
  return known === undefined || known.fault?.silent === true;
}

async function ask(
  status: InstanceStatus,
  check: ReadyCheck,
  leftMs: number,
  signal: AbortSignal,
): Promise<CheckFault | undefined> {
  if (status.socket === undefined) return { text: "has no socket", silent: true };
  // Until the application has come so far, this takes next to nothing from it.
  if (!existsSync(status.socket)) return notListening;
  const timeoutMs = Math.max(1_000, Math.min(answerMs, Math.ceil(leftMs)));
  return checkInstance(status.socket, { ...check, text: undefined, timeoutMs }, signal);
}

async function timeIsUp(
  view: InstanceView,
  check: ReadyCheck,
  waiting: readonly InstanceStatus[],
  asked: ReadonlyMap<string, Asked>,
  signal: AbortSignal,
): Promise<ReadyReport> {
  if (waiting.length === 0) return { ok: false, faults: ["no web instance runs"], tail: [] };
  const faults = await Promise.all(
    waiting.map(async (status) => {
      const fault = asked.get(instanceName(status.id))?.fault;
      if (fault === undefined) return [];
      const [stray] = fault.silent ? await strayFaults(view, [status]) : [];
      return stray ?? `${shortName(status)} ${lateText(check, fault)}`;
    }),
  );
  return faultReport(view, faults.flat(), waiting, signal);
}

function lateText({ path, timeoutMs }: ReadyCheck, { text, hint, silent }: CheckFault): string {
  const told = silent ? text : `answers GET ${path}: ${text}`;
  return `${told} after ${timeoutMs / 1000} s${hint === undefined ? "" : `; ${hint}`}`;
}

/** Instances whose socket nobody listens on, but that do listen somewhere. */
async function strayFaults(view: InstanceView, silent: readonly InstanceStatus[]): Promise<string[]> {
  const strays = silent.flatMap((status) => {
    const found = status.pid === undefined ? [] : tcpListeners(status.pid);
    return found.length === 0 ? [] : [{ status, at: found.join(" and ") }];
  });
  const [first] = strays;
  if (first === undefined) return [];
  const listens = await view.listens(first.status.id.release);
  return strays.map(
    ({ status, at }) =>
      `${shortName(status)} listens on ${at} and not on ${listens === "port" ? "the port that `PORT` names" : 'its socket: set `listen: "port"` for web'}`,
  );
}
