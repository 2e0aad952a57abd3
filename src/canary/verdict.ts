import type { Watch } from "../project/project.ts";

/** What one arm served in a tick; a unit is a distinct client with a distinct kind of request, counted once a tick. */
export interface ArmCounts {
  /** Requests as they came, each counted. */
  readonly requests: number;
  readonly units: number;
  /** Units of which a request failed: a status from 500 on, or no whole answer that the client still waited for. */
  readonly errors: number;
  /** Units of which a request was slower than the limit. */
  readonly slow: number;
}

/** Both arms in the same span of time. In a watched switch `stable` is a span of the release before, from before the switch. */
export interface Tick {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The canary's share of the traffic then, in hundredths. */
  readonly share: number;
  readonly canary: ArmCounts;
  readonly stable: ArmCounts;
}

/** What the stable release's past says: measured before the canary has traffic, and kept with it. */
export interface Baseline {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  /** From this duration on a request counts as slow: the 95th percentile; `undefined` where too few requests say so. */
  readonly slowMs: number | undefined;
  /** How much errors and slow requests come in bursts: sum of squares over sum of burst sizes, at least 1. */
  readonly burst: { readonly errors: number; readonly slow: number };
}

/** What says no without any statistics. */
export interface Gates {
  /** Why the release can't go on, such as instances that were started again and again. */
  readonly failed: readonly string[];
}

export type Decision = "promote" | "roll-back" | "inconclusive";

export interface Verdict {
  readonly decision: Decision;
  /** In a sentence, with its numbers: what decided it. */
  readonly reason: string;
  /** Smallest so far of 1 / E of the combined evidence: an always-valid p-value. */
  readonly pValue: number;
  /** After each tick: for a chart. */
  readonly pValues: readonly number[];
  readonly metrics: readonly MetricEvidence[];
  readonly promotion: PromotionEvidence;
  /** By share, in the order of the steps. */
  readonly steps: readonly StepCounts[];
  readonly watch: Pick<Watch, "alpha" | "beta" | "maxErrorRate">;
}

export interface MetricEvidence {
  readonly metric: "errors" | "slow";
  readonly eValue: number;
  readonly burst: number;
  readonly canary: { readonly units: number; readonly bad: number };
  readonly stable: { readonly units: number; readonly bad: number };
  /** The smallest ratio of rates that this much traffic would probably have shown; `undefined` where none would have been. */
  readonly detectableRatio: number | undefined;
}

export interface PromotionEvidence {
  /** Promoted at 1 / beta. */
  readonly eValue: number;
  readonly required: number;
  /** Units without an error that are still wanted; 0 once it suffices, `undefined` where it never will at this rate. */
  readonly unitsWanted: number | undefined;
}

export interface StepCounts {
  readonly share: number;
  readonly from: number;
  readonly to: number;
  readonly canary: ArmCounts;
  readonly stable: ArmCounts;
}
