import type { Phase, PlannedOperation } from "../release/plan.ts";
import { withDeadline } from "../shared/deadline.ts";
import type { Engine, Point } from "./engine.ts";
import type { LaneEnd, LaneEvent, LaneOrder, LaneReport, LaneRunner } from "./lane.ts";
import { codeOf, deadlineOf } from "./operation.ts";
import { phaseOf, reach, tellersOf, type Run } from "./run.ts";
import { errorOf } from "./run-lane.ts";
import { tellFailure } from "./tell-failure.ts";
import type { OperationFailure } from "./walk.ts";

/** Whoever carries an operation out on its host; nobody where that is done from here. */
export function laneFor<World>(run: Run<World>, { host, kind }: PlannedOperation): LaneRunner | undefined {
  const { lanes } = run.engine;
  return lanes?.kinds.has(kind) === true ? lanes.of(host) : undefined;
}

/** The operations of a phase, where their hosts carry out every one of them by themselves; else none. */
export function laneOperations<World>(
  { lanes }: Engine<World>,
  phase: Phase | undefined,
): readonly PlannedOperation[] {
  const operations = phase?.operations ?? [];
  const all = operations.every(
    ({ kind, host }) => lanes?.kinds.has(kind) === true && lanes.of(host) !== undefined,
  );
  return all ? operations : [];
}

/** Consecutive operations of one host as steps: those that the host carries out by itself are one. */
export function stepsOf<World>(
  run: Run<World>,
): ((operations: readonly PlannedOperation[]) => PlannedOperation[][]) | undefined {
  if (run.engine.lanes === undefined) return undefined;
  return (operations) => {
    const steps: { readonly lane: boolean; readonly operations: PlannedOperation[] }[] = [];
    for (const operation of operations) {
      const lane = laneFor(run, operation) !== undefined;
      const last = steps.at(-1);
      if (lane && last?.lane === true) last.operations.push(operation);
      else steps.push({ lane, operations: [operation] });
    }
    return steps.map((step) => step.operations);
  };
}

/**
 * Has the host carry the operations out. Its own fence takes the place of a look at the lease, and the starts of all of them are on the
 * disk before: one that was not begun after all can be undone as well as any.
 */
export async function attemptLane<World>(
  run: Run<World>,
  lane: LaneRunner,
  operations: readonly PlannedOperation[],
): Promise<OperationFailure[]> {
  const [first] = operations;
  if (first === undefined) return [];
  const startedAt = run.engine.now();
  try {
    await run.journal.begin(operations);
  } catch (error) {
    await tellFailure(run, first, run.engine.now() - startedAt, error);
    return [{ operation: first, error }];
  }
  for (const operation of operations) await reach(run, "before", operation, "run");
  const travelled = await travel(run, lane, "run", operations);
  return settled(run, operations, travelled, startedAt);
}

/** Takes the operations back on their host; every one that can't be is a failure, and keeps none of the others from it. */
export async function takeLaneBack<World>(
  run: Run<World>,
  lane: LaneRunner,
  operations: readonly PlannedOperation[],
): Promise<Travelled> {
  return travel(run, lane, "undo", operations);
}

interface Travelled {
  readonly ends: ReadonlyMap<string, LaneEnd>;
  /** What kept the host from reporting: then nobody knows how far it came beyond what it told. */
  readonly error: unknown;
}

/** What the answer may take beyond the operations themselves. */
const slackMs = 15_000;

async function travel<World>(
  run: Run<World>,
  lane: LaneRunner,
  direction: LaneOrder["direction"],
  operations: readonly PlannedOperation[],
): Promise<Travelled> {
  const { engine } = run;
  const ends = new Map<string, LaneEnd>();
  const order = { direction, token: engine.hold.token, operations };
  const tell = (event: LaneEvent) => {
    if (event.event === "ended") ends.set(event.operation, event);
    if (direction === "run") tellOf(run, event);
    // A deployer that is to be killed here has to be killed while the host goes on.
    const point = pointOf(event);
    const operation = operations.find(({ id }) => id === event.operation);
    if (point !== undefined && operation !== undefined) void reach(run, point, operation, direction);
  };
  const deadlineMs = operations.reduce(
    (sum, operation) => sum + deadlineOf(codeOf(engine.kinds, operation), operation.input, direction),
    slackMs,
  );
  const what = `What ${operations[0]?.host ?? "a host"} was told to do`;
  try {
    const report: LaneReport = await withDeadline(
      direction === "run" ? run.forward : run.backward,
      deadlineMs,
      what,
      (signal) => lane.run(order, tell, signal),
    );
    for (const end of report.ends) if (!ends.has(end.operation)) tell({ event: "ended", ...end });
    return { ends, error: undefined };
  } catch (error) {
    return { ends, error: error ?? new Error(`${what} ended without a reason`) };
  }
}

function pointOf(event: LaneEvent): Point | undefined {
  if (event.event === "started") return "in";
  return event.event === "ended" && event.failure === undefined ? "after" : undefined;
}

function tellOf<World>(run: Run<World>, event: LaneEvent): void {
  const { plan, engine } = run;
  const at = engine.now();
  const { operation } = event;
  const tellers = tellersOf(run, operation);
  switch (event.event) {
    case "started": {
      const title = plan.phases
        .flatMap(({ operations }) => operations)
        .find(({ id }) => id === operation)?.title;
      return run.emit({
        type: "operation-started",
        at,
        operation,
        title: title ?? operation,
        phase: phaseOf(plan, operation),
      });
    }
    case "ended": {
      if (event.failure !== undefined) return;
      const { durationMs, note } = event;
      return run.emit({ type: "operation-done", at, operation, durationMs, ...(note ? { note } : {}) });
    }
    case "output":
      return tellers.output(event.stream, event.line);
    case "progress":
      return tellers.progress(event.text);
    case "warning":
      return tellers.warn(event.text);
    case "note":
    default:
      return tellers.note(event.text);
  }
}

/** What came of each: done, failed, not known, or not begun. */
async function settled<World>(
  run: Run<World>,
  operations: readonly PlannedOperation[],
  { ends, error }: Travelled,
  startedAt: number,
): Promise<OperationFailure[]> {
  const failures: OperationFailure[] = [];
  for (const operation of operations) {
    const end = ends.get(operation.id);
    if (end !== undefined && end.failure === undefined) {
      const written = run.journal.keep({ event: "done", operation: operation.id });
      if (run.engine.onPoint !== undefined) await written;
      await reach(run, "recorded", operation, "run");
      continue;
    }
    const reported = end?.failure === undefined ? undefined : errorOf(end.failure);
    const why = reported ?? error ?? (run.forward.aborted ? run.forward.reason : undefined);
    if (failures.length === 0 && why !== undefined) {
      await tellFailure(run, operation, end?.durationMs ?? run.engine.now() - startedAt, why);
      failures.push({ operation, error: why });
    } else if (error === undefined) run.progress.delete(operation.id);
  }
  return failures;
}
