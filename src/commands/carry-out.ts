import { chooseReporter } from "../events/choose-reporter.ts";
import type { Engine } from "../engine/engine.ts";
import type { PlanResult } from "../engine/ending.ts";
import type { Commit } from "../engine/journal.ts";
import type { Hold } from "../engine/hold-lease.ts";
import { runPlan } from "../engine/run-plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Reporter } from "../events/event.ts";
import { subjectOf } from "../release/plan-subject.ts";
import type { Plan } from "../release/plan.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { runFailureHook } from "./failure-hook.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { takeOutOfRotation } from "./leave-rotation.ts";
import { engineFor } from "./engine-for.ts";
import { leftBehindWarnings } from "./left-behind.ts";
import { openHostsToChange, type OpenFleet } from "./open-hosts.ts";
import { ownWho, withLease } from "./with-lease.ts";

/** What is looked up once the lease is held, since until then another deployer may change it. */
export interface Prepared {
  readonly plan: Plan;
  readonly world: ReleaseWorld;
  readonly commits: readonly Commit[];
  readonly warnings?: readonly string[];
}

/** There is nothing to do, and why: no plan is carried out, and that is no failure. */
export interface NothingToDo {
  readonly nothing: string;
}

export interface Undertaking {
  readonly command: Plan["command"];
  readonly reason: string | undefined;
  readonly prepare: (fleet: OpenFleet, hold: Hold) => Promise<Prepared | NothingToDo>;
}

/** Takes the lease, plans on what is there now, and carries the plan out; gives the exit code. */
export async function carryOut(
  context: CommandContext,
  opened: OpenEnvironment,
  { command, reason, prepare }: Undertaking,
): Promise<number> {
  const fleet = await openHostsToChange(context, opened);
  return withLease(context, fleet.lease, { command }, async (hold) => {
    // Both only look at what is there: one round trip where that is far away. What was cut off counts before anything else that is wrong.
    const preparing = prepare(fleet, hold);
    preparing.catch(() => undefined);
    const [behind] = await Promise.all([
      leftBehindWarnings(fleet, opened),
      refuseUnfinished(fleet, opened, preparing),
    ]);
    const prepared = await preparing;
    if ("nothing" in prepared) {
      const { nothing } = prepared;
      printResult(context, { nothing }, () => nothing);
      return 0;
    }
    const { plan, world, commits, warnings = [] } = prepared;
    return reported(context, hold, async (reporter) => {
      const told = command === "leave" ? warnings : [...behind, ...warnings];
      for (const message of told) reporter.report({ type: "warning", at: context.now(), message });
      const engine: Engine<ReleaseWorld> = engineFor(context, opened, { hold, world, reporter, fleet });
      const occasion = { who: await ownWho(context), commits, reason, cozy: context.version };
      const result = await runPlan(plan, occasion, engine);
      await takeOutOfRotation(fleet, result, reporter, context.now);
      // The hook is about releases that did not come into force; the others change none.
      if (command === "deploy" || command === "rollback")
        await runFailureHook(plan, world, result, reporter, context.now);
      return result;
    });
  });
}

/** Shows what happens while it happens, and throws what it came to where that is not what was asked for. */
export async function reported(
  context: CommandContext,
  hold: Hold,
  work: (reporter: Reporter) => Promise<PlanResult>,
): Promise<number> {
  const reporter = chooseReporter({
    json: context.json,
    env: context.env,
    stream: context.stdout,
    now: context.now,
  });
  try {
    const { error } = await work(reporter);
    hold.lost.throwIfAborted();
    if (error) throw error;
    return 0;
  } finally {
    reporter.close();
  }
}

/** A plan that was cut off is finished first, one way or the other; but what the keeper before this one left is not to be gone on with. */
async function refuseUnfinished(
  { past }: OpenFleet,
  { environment }: OpenEnvironment,
  preparing: Promise<unknown>,
): Promise<void> {
  const journal = await past.unfinished();
  if (journal === undefined) return;
  await preparing.catch((error: unknown) => {
    if (error instanceof CozyError && error.code === "kept-elsewhere") throw error;
  });
  const { plan } = journal.header;
  throw new CozyError("unfinished-plan", {
    message: `The ${plan.command} of ${subjectOf(plan)} was cut off and is neither finished nor taken back.`,
    state: "Nothing was changed.",
    next: `cozy resume ${environment.name}, to go on, or cozy abort ${environment.name}, to go back`,
  });
}
