import type { Timing } from "../supervisor-settings.ts";

/** Waits that double from start to start, and begin anew after a process that ran well for a while. */
export interface BackOff {
  /** The wait before the next start of a process that ran this long. */
  readonly next: (ranForMs: number) => number;
}

/** `random` spreads the waits by up to a quarter, so that what fell together does not get up together. */
export function backOff(
  timing: Pick<Timing, "backOffFirstMs" | "backOffMaxMs" | "calmAfterMs">,
  random: () => number,
): BackOff {
  let ends = 0;
  return {
    next(ranForMs) {
      if (ranForMs >= timing.calmAfterMs) ends = 0;
      const wait = Math.min(timing.backOffFirstMs * 2 ** ends, timing.backOffMaxMs);
      ends = Math.min(ends + 1, 30);
      return Math.round(wait * (1 - random() / 4));
    },
  };
}
