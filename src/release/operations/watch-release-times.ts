/** How long a person is waited for. */
export const longestHoldMs = 24 * 3_600_000;

/** How often instances are asked whether they are ready. */
export const probeMs = 5_000;

/** How long the proxy may keep a line of its log before it is written; a tick is counted when this has passed. */
export function writtenWithinMs(tickMs: number): number {
  return Math.min(500, tickMs);
}

/** A step has some twenty ticks, each long enough to hold a few requests and short enough to act on. */
export function tickMsOf(bakeMs: number): number {
  return Math.min(15_000, Math.max(1_000, Math.round(bakeMs / 20)));
}
