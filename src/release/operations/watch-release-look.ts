import { analyse } from "../../canary/analyse.ts";
import type { CanaryEvidence, WatchedStep } from "../../canary/evidence-file.ts";
import { addPages } from "../../canary/traffic.ts";
import type { ArmCounts, Tick } from "../../canary/verdict.ts";
import type { OperationContext } from "../../engine/operation.ts";
import type { Watch } from "../../project/project.ts";
import type { ReleaseWorld } from "../world.ts";
import type { WatchReleaseInput } from "./watch-release.ts";
import { writtenWithinMs } from "./watch-release-times.ts";
import { watchedBefore, watchedTraffic } from "./watched-traffic.ts";

/** How far back the stable release's past is looked at. */
const pastMs = 6 * 3_600_000;
/** Ticks that one look counts: after a deployer was killed there may be hours of them. */
const mostTicks = 40;
/** Ticks of the release before, at most, that a watched switch compares with. */
const mostBefore = 480;
/** A share in effect: both arms had all of the traffic, one after the other. */
const evenShare = 50;
const nothing: ArmCounts = { requests: 0, units: 0, errors: 0, slow: 0 };

/** The evidence as an earlier deployer left it, or a new one with what the stable release's past says; with this step begun. */
export async function openEvidence(
  input: WatchReleaseInput,
  context: OperationContext<ReleaseWorld>,
): Promise<CanaryEvidence> {
  const { world, now } = context;
  const kept = await world.canaries.read(input.release);
  const evidence = kept ?? (await begun(input, context));
  const step: WatchedStep = { share: input.share, startedAt: now() };
  if (stepOf(evidence, input) !== undefined) return { ...evidence, outcome: reopened(evidence) };
  const opened: CanaryEvidence = { ...evidence, outcome: "watching", steps: [...evidence.steps, step] };
  await world.canaries.write(opened);
  return opened;
}

export function stepOf({ steps }: CanaryEvidence, { share }: WatchReleaseInput): WatchedStep | undefined {
  return steps.find((step) => step.share === share);
}

/** Counts what was served since the last tick, and says what all of it says. */
export async function look(
  evidence: CanaryEvidence,
  input: WatchReleaseInput,
  gates: readonly string[],
  context: OperationContext<ReleaseWorld>,
): Promise<CanaryEvidence> {
  const { tickMs, watch } = input;
  const from = Math.max(stepOf(evidence, input)?.startedAt ?? 0, evidence.ticks.at(-1)?.at ?? 0);
  const count = Math.min(mostTicks, Math.floor((context.now() - writtenWithinMs(tickMs) - from) / tickMs));
  let { ticks, pages } = evidence;
  if (count > 0) {
    const traffic = await watchedTraffic(
      input,
      {
        canary: input.release,
        stable: input.stable,
        from,
        to: from + count * tickMs,
        tickMs,
        slowMs: watch.slowMs ?? evidence.baseline.slowMs,
        slowFrom: warmFrom(evidence),
      },
      context,
    );
    const made = traffic.ticks.map(({ at, canary, stable }, index): Tick =>
      input.kind === "canary"
        ? { at, share: input.share, canary, stable }
        : { at, share: evenShare, canary, stable: earlier(evidence, ticks.length + index, at) },
    );
    ticks = [...ticks, ...made];
    pages = addPages(pages, traffic.pages);
  }
  const verdict = analyse({ baseline: evidence.baseline, ticks, gates: { failed: gates }, watch });
  return { ...evidence, ticks, pages, gates, verdict };
}

async function begun(
  input: WatchReleaseInput,
  context: OperationContext<ReleaseWorld>,
): Promise<CanaryEvidence> {
  const { release, environment, stable, kind, watch, tickMs } = input;
  const startedAt = context.now();
  const past = { stable, to: startedAt, tickMs };
  const baseline = await watchedBefore(
    input,
    { ...past, from: startedAt - pastMs, slowMs: watch.slowMs },
    context,
  );
  const count = Math.min(mostBefore, Math.ceil((watch.bakeMs + watch.extendMs) / tickMs));
  const before =
    kind === "canary"
      ? undefined
      : await watchedTraffic(
          input,
          {
            canary: release,
            ...past,
            from: startedAt - count * tickMs,
            slowMs: watch.slowMs ?? baseline.slowMs,
            slowFrom: 0,
          },
          context,
        );
  return {
    format: 1,
    release,
    environment,
    stable,
    kind,
    startedAt,
    tickMs,
    watch,
    baseline,
    steps: [],
    ticks: [],
    before: before?.ticks.map((tick) => tick.stable).toReversed() ?? [],
    pages: [],
    gates: [],
    verdict: undefined,
    outcome: "watching",
  };
}

/** A release that has just started is slow at first. */
function warmFrom({ startedAt, watch }: { readonly startedAt: number; readonly watch: Watch }): number {
  return startedAt + Math.min(30_000, watch.bakeMs / 2);
}

/** Each tick of the release before is used once; where the new one warms up, the old one's slow requests don't count either. */
function earlier(evidence: CanaryEvidence, nth: number, at: number): ArmCounts {
  const counts = evidence.before[nth] ?? nothing;
  return at <= warmFrom(evidence) ? { ...counts, slow: 0 } : counts;
}

/** What was only being taken back when its deployer was killed is watched again; a verdict stands. */
function reopened({ outcome }: CanaryEvidence): CanaryEvidence["outcome"] {
  return outcome === "taken-back" ? "watching" : outcome;
}
