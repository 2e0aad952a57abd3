import type { Phase, Plan } from "../release/plan.ts";
import { attemptUnlessDone, skip } from "./attempt.ts";
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
  const journal = await startJournal(plan, occasion, writingOf(engine));
  const run = newRun(plan, journal, new Map(), engine);
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

/** Undoes what another deployer began and left. A release that is in force for good stays: it can only be resumed. */
export async function abortPlan<World>(
  journal: Journal,
  who: Who,
  engine: Engine<World>,
): Promise<PlanResult> {
  if (outcomeOf(journal) !== undefined) throw alreadyEnded(journal);
  if (isCommitted(journal.header.plan, progressOf(journal))) throw alreadyCommitted(journal);
  refuseUnknownKinds(engine.kinds, journal.header.plan);
  const run = takenUp(journal, await takeUpJournal(journal, "abort", who, writingOf(engine)), engine);
  announce(run, "abort");
  tellTorn(run, journal);
  return unlessStoppedAtOnce(run, () => goBack(run, "abort"));
}

async function goForward<World>(run: Run<World>): Promise<PlanResult> {
  for (const phase of reversiblePhases(run.plan)) {
    const failures = await carryOut(run, phase, (failures) => failures.length === 0);
    if (run.forward.aborted) return goBack(run, "interrupt");
    if (failures.length > 0) return goBack(run, failures);
  }
  return finishPhases(run);
}

/** A deployer that lost its lease takes nothing back: the environment is another's now. */
async function goBack<World>(run: Run<World>, cause: Cause): Promise<PlanResult> {
  if (run.backward.aborted) return endHalfWay(run);
  const undoFailures = await takeBack(run, reasonText(cause));
  if (run.backward.aborted || undoFailures.length > 0) return endHalfWay(run, undoFailures);
  return endUndone(run, cause);
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
): Promise<OperationFailure[]> {
  const startedAt = run.engine.now();
  run.emit({ type: "phase-started", at: startedAt, phase: phase.name });
  const failures = await walk(
    phase.operations,
    (failures) => goesOn(failures) && !run.forward.aborted,
    (operation) => attemptUnlessDone(run, operation),
    run.engine.parallelHosts,
  );
  if (goesOn(failures) && !run.forward.aborted) {
    const at = run.engine.now();
    run.emit({ type: "phase-done", at, phase: phase.name, durationMs: at - startedAt });
  }
  return failures;
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
