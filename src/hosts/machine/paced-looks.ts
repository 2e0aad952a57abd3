import type { InstanceStatus } from "../../instances/instance.ts";
import type { InstanceView } from "./instance-view.ts";

/** Looks at the instances as often as is asked, or as it may cost: on a server a look may start a program. */
export interface PacedLooks {
  /** What was seen last, or what there is now, when that is due. */
  instances(signal: AbortSignal): Promise<Seen>;
}

export interface Seen {
  readonly instances: readonly InstanceStatus[];
  /** Whether that was seen for this question. */
  readonly isFresh: boolean;
}

/** Of the time of a wait, looks take at most one part in so many: what is waited for needs the processor more. */
const partOfTime = 5;

/** How long nobody looks after a look that took so long, and at least `everyMs`. */
export function restMs(tookMs: number, everyMs: number): number {
  return Math.max(everyMs, tookMs * (partOfTime - 1));
}

export function pacedLooks(
  { instances, now }: Pick<InstanceView, "instances" | "now">,
  everyMs: number,
): PacedLooks {
  let seen: readonly InstanceStatus[] = [];
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    async instances(signal) {
      const began = now();
      if (began < nextAt) return { instances: seen, isFresh: false };
      seen = await instances(signal);
      nextAt = now() + restMs(now() - began, everyMs);
      return { instances: seen, isFresh: true };
    },
  };
}
