import type { Outcome, Served } from "../events/event.ts";
import { againCommand } from "../release/plan-subject.ts";
import type { Plan } from "../release/plan.ts";
import { messageOf, type CozyError } from "../errors/cozy-error.ts";
import { withDeadline } from "../shared/deadline.ts";
import {
  interruptedAfterCommit,
  lostHalfWay,
  stoppedAtOnce,
  undoIncomplete,
  undoneError,
  type Cause,
} from "./plan-errors.ts";
import { isCommitted } from "./plan-progress.ts";
import type { Run } from "./run.ts";
import type { OperationFailure } from "./walk.ts";

/** What the carrying out of a plan came to. */
export interface PlanResult {
  readonly outcome: Outcome;
  /** Set where it is not what was asked for. */
  readonly error: CozyError | undefined;
  /** What failed after the release was in force, and was left. */
  readonly outstanding: readonly OperationFailure[];
  readonly serves: readonly Served[];
  /** Hosts on which something could not be taken back. */
  readonly leftHalfWay: readonly string[];
  readonly durationMs: number;
  /** The journal's name. */
  readonly journal: string;
}

/** How long the hosts may take to say what they serve, once all is over. */
const servedDeadlineMs = 10_000;

export function announce<World>(run: Run<World>, command: string): void {
  const { project, environment, release, phases } = run.plan;
  run.emit({
    type: "plan-started",
    at: run.startedAt,
    command,
    project,
    environment,
    release,
    phases: phases.map(({ name, title, operations }) => ({
      name,
      title,
      operations: operations.map(({ id, title, host }) => ({ id, title, host })),
    })),
  });
}

export async function endCommitted<World>(
  run: Run<World>,
  outstanding: readonly OperationFailure[],
): Promise<PlanResult> {
  const serving = servedNow(run);
  const doubt = await close(run, "committed");
  if (doubt !== undefined) return endHalfWay(run, [], doubt);
  return end(run, "committed", () => undefined, serving, outstanding);
}

export async function endUndone<World>(run: Run<World>, cause: Cause): Promise<PlanResult> {
  const serving = servedNow(run);
  const doubt = await close(run, "undone");
  if (doubt !== undefined) return endHalfWay(run, [], doubt);
  return end(run, "undone", (serves) => undoneError(run.plan, cause, serves), serving);
}

/** Leaves the journal open, so that `resume` or `abort` finds it. */
export async function endHalfWay<World>(
  run: Run<World>,
  undoFailures: readonly OperationFailure[] = [],
  doubt?: { readonly reason: unknown },
): Promise<PlanResult> {
  return end(
    run,
    "interrupted",
    (serves) => halfWayError(run, undoFailures, doubt, serves),
    servedNow(run),
    [],
    hostsOf(undoFailures),
  );
}

function hostsOf(failures: readonly OperationFailure[]): string[] {
  return [...new Set(failures.map(({ operation }) => operation.host))];
}

function halfWayError<World>(
  run: Run<World>,
  undoFailures: readonly OperationFailure[],
  doubt: { readonly reason: unknown } | undefined,
  serves: readonly Served[],
): CozyError {
  const { hold, interrupt } = run.engine;
  const committed = isCommitted(run.plan, run.progress);
  if (interrupt.atOnce.aborted) return stoppedAtOnce(run.plan, committed);
  if (hold.lost.aborted) return lostHalfWay(run.plan, hold.lost.reason);
  if (doubt !== undefined) return lostHalfWay(run.plan, doubt.reason);
  if (undoFailures.length > 0) return undoIncomplete(run.plan, undoFailures, serves);
  return interruptedAfterCommit(run.plan, serves);
}

/** Records the end, which only a deployer may whose lease is beyond doubt; else says what the doubt is. */
async function close<World>(
  run: Run<World>,
  outcome: Outcome,
): Promise<{ readonly reason: unknown } | undefined> {
  try {
    await run.engine.hold.confirm();
  } catch (reason) {
    return { reason };
  }
  await run.journal.recordIfPossible({ event: "ended", outcome });
  return run.backward.aborted ? { reason: run.backward.reason } : undefined;
}

async function end<World>(
  run: Run<World>,
  outcome: Outcome,
  explain: (serves: readonly Served[]) => CozyError | undefined,
  serving: Promise<readonly Served[]>,
  outstanding: readonly OperationFailure[] = [],
  leftHalfWay: readonly string[] = [],
): Promise<PlanResult> {
  const serves = await serving;
  const error = explain(serves);
  const at = run.engine.now();
  const durationMs = at - run.startedAt;
  await run.end({
    type: "plan-ended",
    at,
    outcome,
    durationMs,
    serves,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    outstanding: outstanding.map(({ operation }) => operation.id),
    next: nextCommands(run.plan, outcome, isCommitted(run.plan, run.progress)),
  });
  return { outcome, error, outstanding, serves, leftHalfWay, durationMs, journal: run.journalName };
}

/** Read back from the hosts while the end is written; one who wants out at once is not kept waiting for it. Never rejects. */
async function servedNow<World>(run: Run<World>): Promise<readonly Served[]> {
  const { engine } = run;
  const { atOnce } = engine.interrupt;
  if (atOnce.aborted) return [];
  try {
    const options = { graceMs: 0 };
    const ask = (signal: AbortSignal) => engine.served(signal);
    return await withDeadline(atOnce, servedDeadlineMs, "Reading what the hosts serve", ask, options);
  } catch (error) {
    run.emit({ type: "warning", at: engine.now(), message: messageOf(error) });
    return [];
  }
}

function nextCommands(plan: Plan, outcome: Outcome, committed: boolean): string[] {
  const { command, environment } = plan;
  if (outcome === "undone") return [againCommand(plan)];
  if (outcome === "interrupted") {
    const resume = `cozy resume ${environment}`;
    return committed ? [resume] : [resume, `cozy abort ${environment}`];
  }
  const status = `cozy status ${environment}`;
  return command === "deploy" ? [status, `cozy rollback ${environment}`] : [status];
}
