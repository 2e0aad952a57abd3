import type { Operation, OperationContext } from "../../engine/operation.ts";
import type { CanaryEvidence } from "../../canary/evidence-file.ts";
import type { ReadyCheck, Watch } from "../../project/project.ts";
import type { ReleaseWorld } from "../world.ts";
import { rolledBack } from "./watch-release-error.ts";
import { createGates, type Gate } from "./watch-release-gates.ts";
import { look, openEvidence, stepOf } from "./watch-release-look.ts";
import { createPerson, whatNext, type Person } from "./watch-release-next.ts";
import { noteOf, progressOf } from "./watch-release-progress.ts";
import { longestHoldMs, probeMs, writtenWithinMs } from "./watch-release-times.ts";
import { pause } from "../../shared/pause.ts";

export interface WatchReleaseInput {
  /** The keeper of the fleet. */
  readonly host: string;
  /** The hosts whose traffic is watched; that one where absent. */
  readonly hosts?: readonly string[];
  readonly release: string;
  readonly environment: string;
  /** What it is compared with. */
  readonly stable: readonly string[];
  readonly kind: "canary" | "switch";
  /** The release's share of the traffic while this step is watched. */
  readonly share: number;
  /** All shares of the plan. */
  readonly steps: readonly number[];
  /** Whether the verdict has to come in this step. */
  readonly last: boolean;
  readonly watch: Watch;
  readonly tickMs: number;
  readonly check: ReadyCheck;
  /** How many web instances the release has on each host. */
  readonly instances: number;
}

/** For a look that takes its time. */
const slackMs = 120_000;

/**
 * Watches a release that takes traffic, for at least as long as a step is to be watched, and takes it back as soon as the evidence says
 * so. All that it knows stands in the evidence file and in the access log, so that another deployer can go on where one was killed.
 */
export const watchRelease: Operation<WatchReleaseInput, ReleaseWorld> = {
  kind: "watch-release",
  async run(input, context) {
    let evidence = await openEvidence(input, context);
    if (isOver(evidence, input)) return noteOf(evidence);
    if (evidence.outcome === "rolled-back") throw rolledBack(evidence, evidence.verdict?.reason ?? "");
    const gates = createGates(input, context);
    const person = createPerson(input, context);
    const first = whatNext(evidence, input, person, context.now());
    if (first.do === "watch") context.watched(progressOf(evidence, input, first));
    try {
      for (;;) {
        await untilDue(evidence, input, context, gates, person);
        evidence = await look(evidence, input, gates.failed, context);
        const next = whatNext(evidence, input, person, context.now());
        if (next.do === "end") {
          await keep(ended(evidence, input, context.now(), next.decidedBy), context);
          return noteOf(evidence, next.decidedBy);
        }
        if (next.do === "roll-back") {
          evidence = { ...evidence, outcome: "rolled-back", decidedBy: next.decidedBy };
          await keep(evidence, context);
          throw rolledBack(evidence, next.because);
        }
        await keep(evidence, context);
        context.watched(progressOf(evidence, input, next));
        if (next.do === "ask") person.ask(evidence);
      }
    } finally {
      await person.leave();
    }
  },
  async verify(input, { world }) {
    const evidence = await world.canaries.read(input.release);
    return evidence !== undefined && isOver(evidence, input);
  },
  async undo(input, { world }) {
    const evidence = await world.canaries.read(input.release);
    if (evidence === undefined || evidence.outcome === "rolled-back") return;
    await world.canaries.write({ ...evidence, outcome: "taken-back" });
  },
  deadlineMs: ({ last, watch }) => watch.bakeMs + slackMs + (last ? longestAfterBake(watch) : 0),
  undoDeadlineMs: () => 10_000,
};

function longestAfterBake({ inconclusive, extendMs }: Watch): number {
  if (inconclusive === "hold" || inconclusive === "ask") return longestHoldMs;
  return inconclusive === "extend" ? extendMs : 0;
}

/** Whether this step was watched to its end before. */
function isOver(evidence: CanaryEvidence, input: WatchReleaseInput): boolean {
  return stepOf(evidence, input)?.endedAt !== undefined && evidence.outcome !== "rolled-back";
}

function ended(
  evidence: CanaryEvidence,
  input: WatchReleaseInput,
  endedAt: number,
  decidedBy: string | undefined,
): CanaryEvidence {
  return {
    ...evidence,
    steps: evidence.steps.map((step) => (step.share === input.share ? { ...step, endedAt } : step)),
    ...(input.last ? { outcome: "promoted" as const, decidedBy } : {}),
  };
}

async function keep(evidence: CanaryEvidence, { world }: OperationContext<ReleaseWorld>): Promise<void> {
  await world.canaries.write(evidence);
}

/** Waits for the end of the next tick, and asks the instances meanwhile; what can't wait ends it. */
async function untilDue(
  evidence: CanaryEvidence,
  input: WatchReleaseInput,
  { now, signal }: OperationContext<ReleaseWorld>,
  gates: Gate,
  person: Person,
): Promise<void> {
  const { tickMs } = input;
  const step = stepOf(evidence, input);
  const tickFrom = Math.max(step?.startedAt ?? now(), evidence.ticks.at(-1)?.at ?? 0);
  const due = tickFrom + tickMs + writtenWithinMs(tickMs);
  for (;;) {
    await gates.probe();
    const left = due - now();
    if (left <= 0 || gates.failed.length > 0 || person.answer !== undefined) return;
    await pause(Math.min(left, probeMs, tickMs), signal);
  }
}
