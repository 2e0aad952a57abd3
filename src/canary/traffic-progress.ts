import type { Verdict } from "./verdict.ts";

/** Where the watch of a release stands, for whoever looks on: a terminal, a log, a program. */
export interface WatchProgress {
  readonly kind: "canary" | "switch";
  readonly release: string;
  readonly stable: readonly string[];
  /** The release's share of the traffic now, in hundredths. */
  readonly share: number;
  /** All shares that are planned; all of the traffic follows. */
  readonly steps: readonly number[];
  /** Whether it still watches by the clock, or waits for more traffic, or for a person. */
  readonly state: "watching" | "extended" | "held" | "asked";
  /** When the step is over, where the clock ends it. */
  readonly endsAt: number | undefined;
  /** Whether this is the step that the verdict has to come in. */
  readonly last: boolean;
  /** Its `pValues` are thinned out to what a chart shows. */
  readonly verdict: Verdict;
}

/** Of a curve that only falls, the last value of each of so many equal parts. */
export function thinned(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, part) => values[Math.ceil(((part + 1) * values.length) / most) - 1] ?? 1,
  );
}
