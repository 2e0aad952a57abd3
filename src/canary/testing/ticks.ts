import type { Watch } from "../../project/project.ts";
import type { Baseline, Tick } from "../verdict.ts";
import type { Random } from "./random.ts";

/** The defaults of the project file, with that bake. */
export function watchOf(bakeMs: number, extendMs = 2 * bakeMs): Watch {
  return {
    bakeMs,
    inconclusive: "hold",
    extendMs,
    alpha: 0.01,
    beta: 0.05,
    maxErrorRate: 0.05,
    errorMargin: 1,
    slowMargin: 1.5,
    slowMs: undefined,
    minRequests: 20,
  };
}

export const hourWatch = watchOf(60 * 60_000);

/** A stable release whose failures come one by one. */
export const calmBaseline: Baseline = {
  from: 0,
  to: 0,
  requests: 5_000,
  slowMs: 200,
  burst: { errors: 1, slow: 1 },
};

export interface Served {
  readonly units: number;
  readonly errors?: number;
  readonly slow?: number;
}

/** The nth tick of 15 s; each unit is one request. */
export function tickOf(nth: number, canary: Served, stable: Served, share = 20): Tick {
  const counts = ({ units, errors = 0, slow = 0 }: Served) => ({ requests: units, units, errors, slow });
  return { at: (nth + 1) * 15_000, share, canary: counts(canary), stable: counts(stable) };
}

export interface Drawn {
  readonly count: number;
  readonly units: { readonly canary: number; readonly stable: number };
  /** Probabilities, in the nth tick. */
  readonly errors: (nth: number) => { readonly canary: number; readonly stable: number };
  readonly slow?: { readonly canary: number; readonly stable: number };
}

/** Ticks with units as they happen to come (Poisson), each failing and slow on its own. */
export function drawTicks(random: Random, { count, units, errors, slow }: Drawn): Tick[] {
  const arm = (mean: number, failing: number, dawdling: number): Served => {
    const served = random.poisson(mean);
    return {
      units: served,
      errors: random.binomial(served, failing),
      slow: random.binomial(served, dawdling),
    };
  };
  return Array.from({ length: count }, (_, nth) => {
    const rates = errors(nth);
    return tickOf(
      nth,
      arm(units.canary, rates.canary, slow?.canary ?? 0),
      arm(units.stable, rates.stable, slow?.stable ?? 0),
    );
  });
}
