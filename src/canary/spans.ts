import type { Tick } from "./verdict.ts";

/** With fewer units the share of the canary among them, and so what an error on it says, is mostly chance. */
const enoughUnits = 20;
const longestMs = 3 * 60_000;

export interface SpanCounts {
  readonly canary: ArmTotals;
  readonly stable: ArmTotals;
}

interface ArmTotals {
  readonly units: number;
  readonly errors: number;
  readonly slow: number;
}

const nothing: ArmTotals = { units: 0, errors: 0, slow: 0 };

export interface Spans {
  /** The spans that this tick completes: none, one, or two where the share changed. */
  add(tick: Tick): readonly SpanCounts[];
}

/**
 * Puts ticks of a quiet site together until they hold enough units of both arms to be compared. When a span ends depends on how many
 * came, never on how many of them failed, so that the evidence stays valid.
 */
export function createSpans(bakeMs: number): Spans {
  const patienceMs = Math.min(longestMs, bakeMs / 4);
  let open: { readonly from: number; readonly share: number; readonly counts: SpanCounts } | undefined;

  return {
    add(tick) {
      const done: SpanCounts[] = [];
      if (open !== undefined && open.share !== tick.share) {
        done.push(open.counts);
        open = undefined;
      }
      const counts = {
        canary: sum(open?.counts.canary ?? nothing, tick.canary),
        stable: sum(open?.counts.stable ?? nothing, tick.stable),
      };
      const from = open?.from ?? tick.at;
      if (isEnough(counts) || tick.at - from >= patienceMs) {
        done.push(counts);
        open = undefined;
      } else {
        open = { from, share: tick.share, counts };
      }
      return done;
    },
  };
}

function isEnough({ canary, stable }: SpanCounts): boolean {
  return canary.units > 0 && stable.units > 0 && canary.units + stable.units >= enoughUnits;
}

function sum(one: ArmTotals, other: ArmTotals): ArmTotals {
  return {
    units: one.units + other.units,
    errors: one.errors + other.errors,
    slow: one.slow + other.slow,
  };
}
