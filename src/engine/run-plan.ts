import { CozyError } from "../errors/cozy-error.ts";
import type { Phase, Plan, PlannedOperation } from "../release/plan.ts";
import { laneOperations, stepsOf } from "./attempt-lane.ts";
import { attemptStep, skip } from "./attempt.ts";
import type { Engine } from "./engine.ts";
import { announce, endCommitted, endHalfWay, endUndone, type PlanResult } from "./ending.ts";
import { outcomeOf, type Journal } from "./journal.ts";
import { startJournal, takeUpJournal, tornText, type Occasion, type OpenJournal } from "./journal-store.ts";
import { refuseUnknownKinds } from "./operation.ts";
import { alreadyCommitted, alreadyEnded, reasonText, type Cause } from "./plan-errors.ts";
import { committedPhases, isCommitted, progressOf, reversiblePhases } from "./plan-progress.ts";
import { newRun, type Run } from "./run.ts";
import { takeBack } from "./take-back.ts";
import { walk, type OperationFailure } from "./walk.ts";
import type { Who } from "./who.ts";

/** Carries a plan out: to its end, or back to where it began. */
export async function runPlan<World>(
  plan: Plan,
  occasion: Occasion,
  engine: Engine<World>,
): Promise<PlanResult> {
  refuseUnknownKinds(engine.kinds, plan);
  const first = laneOperations(engine, reversiblePhases(plan)[0]);
  const journal = await startJournal(plan, occasion, writingOf(engine), first);
  const run = newRun(plan, journal, new Map(), engine, first);
  announce(run, plan.command);
  return unlessStoppedAtOnce(run, () => goForward(run));
}

/** Goes on with a plan where another deployer left it: what is done and still in place is skipped, the rest is run again. */
export async function resumePlan<World>(
  journal: Journal,
  who: Who,
  engine: Engine<World>,
): Promise<PlanResult> {
  if (outcomeOf(journal) !== undefined) throw alreadyEnded(journal);
  refuseUnknownKinds(engine.kinds, journal.header.plan);
  const run = takenUp(journal, await takeUpJournal(journal, "resume", who, writingOf(engine)), engine);
  announce(run, "resume");
  tellTorn(run, journal);
  return unlessStoppedAtOnce(run, () => (isCommitted(run.plan, run.progress) ? finish(run) : goForward(run)));
}

/**
 * Undoes what another deployer began and left. A release that is in force for good stays: it can only be resumed. Nothing is taken back on
 * the hosts `without` which it is to be: they are gone, and nobody waits for them any more.
 */
export async function abortPlan<World>(
  journal: Journal,
  who: Who,
  engine: Engine<World>,
  without: readonly string[] = [],
): Promise<PlanResult> {
  if (outcomeOf(journal) !== undefined) throw alreadyEnded(journal);
  if (isCommitted(journal.header.plan, progressOf(journal))) throw alreadyCommitted(journal);
  refuseUnknownKinds(engine.kinds, journal.header.plan);
  const run = takenUp(journal, await takeUpJournal(journal, "abort", who, writingOf(engine)), engine);
  announce(run, "abort");
  tellTorn(run, journal);
  for (const host of without) await noteLeft(run, host);
  return unlessStoppedAtOnce(run, () => goBack(run, "abort", new Set(without)));
}

async function goForward<World>(run: Run<World>): Promise<PlanResult> {
  const phases = reversiblePhases(run.plan);
  for (const [index, phase] of phases.entries()) {
    const failures = await carryOut(run, phase, (failures) => failures.length === 0, phases[index + 1]);
    if (run.forward.aborted) return goBack(run, "interrupt");
    if (failures.length > 0) return goBack(run, failures);
  }
  const unwritten = await unwrittenOf(run, phases);
  return unwritten.length === 0 ? finishPhases(run) : goBack(run, unwritten);
}

/** Nothing is in force for good until the journal says so. */
async function unwrittenOf<World>(run: Run<World>, phases: readonly Phase[]): Promise<OperationFailure[]> {
  const last = phases.at(-1)?.operations.at(-1);
  try {
    await run.journal.written();
    return [];
  } catch (error) {
    if (last === undefined) throw error;
    return [{ operation: last, error }];
  }
}

/** A deployer that lost its lease takes nothing back: the environment is another's now. */
async function goBack<World>(
  run: Run<World>,
  cause: Cause,
  without?: ReadonlySet<string>,
): Promise<PlanResult> {
  await lookWhetherLost(run, cause);
  if (run.backward.aborted) return endHalfWay(run);
  const undoFailures = await takeBack(run, reasonText(cause), without);
  if (run.backward.aborted || undoFailures.length > 0) return endHalfWay(run, undoFailures);
  return endUndone(run, cause);
}

/** A host that fenced the deployer off knows of a newer one: where the lease says so too, nothing is this deployer's to take back. */
async function lookWhetherLost<World>(run: Run<World>, cause: Cause): Promise<void> {
  if (typeof cause === "string" || run.engine.lanes === undefined) return;
  const fencedOff = cause.some(({ error }) => error instanceof CozyError && error.code === "lease-lost");
  if (fencedOff) await run.engine.hold.confirm().catch(() => undefined);
}

/** A committed plan that was left: all up to the commit was done and proven, so only the rest is looked at. */
async function finish<World>(run: Run<World>): Promise<PlanResult> {
  for (const phase of reversiblePhases(run.plan)) {
    for (const operation of phase.operations) skip(run, operation, "the release is in force already");
  }
  return finishPhases(run);
}

/**
 * The release is in force: what fails from here on is told and left. An interrupt stops the tidying up and leaves the journal open,
 * so that `resume` does the rest; nothing of it is skipped for good.
 */
async function finishPhases<World>(run: Run<World>): Promise<PlanResult> {
  const outstanding: OperationFailure[] = [];
  for (const phase of committedPhases(run.plan)) {
    outstanding.push(...(await carryOut(run, phase, () => true)));
    if (run.forward.aborted) return endHalfWay(run);
  }
  return endCommitted(run, outstanding);
}

/** One phase, a barrier over the fleet. Where one host fails, the others end what they are at, and every error is gathered. */
async function carryOut<World>(
  run: Run<World>,
  phase: Phase,
  goesOn: (failures: readonly OperationFailure[]) => boolean,
  next?: Phase,
): Promise<OperationFailure[]> {
  const startedAt = run.engine.now();
  run.emit({ type: "phase-started", at: startedAt, phase: phase.name });
  const ownLanes = laneOperations(run.engine, phase).length > 0;
  const walking = walk(phase.operations, {
    goesOn: (failures) => goesOn(failures) && !run.forward.aborted,
    steps: stepsOf(run),
    work: (step) => attemptStep(run, step),
    // Hosts that work by themselves cost nothing here, and they are to move together.
    parallelHosts: ownLanes ? Number.POSITIVE_INFINITY : run.engine.parallelHosts,
  });
  // The start of what follows is written while this goes on: a journal far away then costs no time.
  if (ownLanes) run.journal.announce(notYetDone(run, laneOperations(run.engine, next)));
  const failures = await walking;
  if (goesOn(failures) && !run.forward.aborted) {
    const at = run.engine.now();
    run.emit({ type: "phase-done", at, phase: phase.name, durationMs: at - startedAt });
  }
  return failures;
}

function notYetDone<World>(run: Run<World>, operations: readonly PlannedOperation[]): PlannedOperation[] {
  return operations.filter(({ id }) => run.progress.get(id) !== "done");
}

/** The second interrupt waits for nothing; what still runs is told to stop, and finds the journal closed. */
async function unlessStoppedAtOnce<World>(
  run: Run<World>,
  work: () => Promise<PlanResult>,
): Promise<PlanResult> {
  const { atOnce } = run.engine.interrupt;
  const stopped = Promise.withResolvers<"stopped">();
  const onAbort = () => stopped.resolve("stopped");
  atOnce.addEventListener("abort", onAbort, { once: true });
  if (atOnce.aborted) onAbort();
  const first = await Promise.race([work(), stopped.promise]);
  atOnce.removeEventListener("abort", onAbort);
  return first === "stopped" ? endHalfWay(run) : first;
}

async function noteLeft<World>(run: Run<World>, host: string): Promise<void> {
  const text = `Nothing is taken back on ${host}: whatever runs there runs on until it is set up anew.`;
  run.emit({ type: "warning", at: run.engine.now(), message: text });
  await run.journal.recordIfPossible({ event: "note", text });
}

function takenUp<World>(journal: Journal, open: OpenJournal, engine: Engine<World>): Run<World> {
  return newRun(journal.header.plan, open, progressOf(journal), engine);
}

function writingOf<World>(engine: Engine<World>) {
  return { store: engine.journals, token: engine.hold.token, now: engine.now };
}

function tellTorn<World>(run: Run<World>, journal: Journal): void {
  if (journal.tornBytes === 0) return;
  run.emit({ type: "warning", at: run.engine.now(), message: `In the journal, ${tornText(journal)}.` });
}
