import type { Draft } from "./draft.ts";
import { fault, type Fault } from "./faults.ts";
import { durationMs } from "./units.ts";

interface DraftWatch {
  readonly bake?: string | undefined;
  readonly extend?: string | undefined;
  readonly slow?: string | undefined;
  readonly inconclusive?: string | undefined;
}

/** Either kind of strategy, as far as it could be read. */
interface DraftStrategy extends DraftWatch {
  readonly kind?: string | undefined;
  readonly steps?: readonly number[] | undefined;
  readonly watch?: DraftWatch | undefined;
}

const shortestBakeMs = 1_000;
const longestBakeMs = 7 * 86_400_000;

/** What no single field of a strategy can tell. */
export function strategyFaults(draft: Draft): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    const strategy: DraftStrategy | undefined = environment?.strategy;
    if (strategy === undefined) return [];
    const at = ["environments", name, "strategy"];
    const watchAt = strategy.kind === "canary" ? at : [...at, "watch"];
    return [
      ...stepFaults(strategy, at),
      ...watchFaults(strategy.kind === "canary" ? strategy : strategy.watch, watchAt),
    ];
  });
}

/** A share that does not grow would watch the same once more, or take users back to the old release in the middle. */
function stepFaults(strategy: DraftStrategy, at: readonly string[]): Fault[] {
  const { steps = [] } = strategy;
  return steps.flatMap((share, index) => {
    const before = steps[index - 1];
    if (before === undefined || share > before) return [];
    const message = `is ${share} after ${before}: shares grow from step to step, such as [20, 50]`;
    return [fault([...at, "steps", index], message)];
  });
}

function watchFaults(watch: DraftWatch | undefined, at: readonly string[]): Fault[] {
  if (watch === undefined) return [];
  const { bake, extend, slow, inconclusive } = watch;
  return [
    ...bakeFaults(bake, [...at, "bake"]),
    ...(extend !== undefined && durationMs(extend) < shortestBakeMs
      ? [fault([...at, "extend"], `is ${extend}; watching longer for less than 1s shows nothing more`)]
      : []),
    ...(extend !== undefined && (inconclusive === "go-on" || inconclusive === "roll-back")
      ? [
          fault(
            [...at, "extend"],
            `counts for nothing with \`inconclusive: "${inconclusive}"\`, which never watches longer`,
          ),
        ]
      : []),
    ...(slow !== undefined && durationMs(slow) <= 0
      ? [fault([...at, "slow"], `is ${slow}, by which every request would be slow`)]
      : []),
  ];
}

function bakeFaults(bake: string | undefined, at: readonly string[]): Fault[] {
  if (bake === undefined) return [];
  const bakeMs = durationMs(bake);
  if (bakeMs < shortestBakeMs) return [fault(at, `is ${bake}; a step is watched for at least 1s`)];
  if (bakeMs > longestBakeMs) return [fault(at, `is ${bake}; a step is watched for at most 7d`)];
  return [];
}
