import type { Strategy as StrategyInput, WatchOptions } from "./input.ts";
import type { Strategy, Watch } from "./project.ts";
import { durationMs } from "./units.ts";

export function normaliseStrategy(input: StrategyInput = { kind: "switch" }): Strategy {
  if (input.kind === "switch") return { kind: "switch", watch: input.watch && normaliseWatch(input.watch) };
  return { kind: "canary", steps: input.steps ?? [20, 50], watch: normaliseWatch(input) };
}

function normaliseWatch(input: WatchOptions): Watch {
  const bakeMs = durationMs(input.bake ?? "5m");
  return {
    bakeMs,
    inconclusive: input.inconclusive ?? "hold",
    extendMs: input.extend === undefined ? 2 * bakeMs : durationMs(input.extend),
    alpha: input.alpha ?? 0.01,
    beta: input.beta ?? 0.05,
    maxErrorRate: input.maxErrorRate ?? 0.05,
    errorMargin: input.errorMargin ?? 1,
    slowMargin: input.slowMargin ?? 1.5,
    slowMs: input.slow === undefined ? undefined : durationMs(input.slow),
    minRequests: input.minRequests ?? 20,
  };
}
