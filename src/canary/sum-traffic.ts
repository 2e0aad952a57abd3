import { addPages, type Traffic, type TrafficTick } from "./traffic.ts";
import type { ArmCounts, Baseline } from "./verdict.ts";

/**
 * The traffic of several hosts as if one had served it, tick by tick. A client whose requests a balancer spreads over hosts counts as a
 * unit on each.
 */
export function sumTraffic(hosts: readonly Traffic[]): Traffic {
  const [first, ...others] = hosts;
  if (first === undefined) return { ticks: [], pages: [] };
  return {
    ticks: first.ticks.map((tick, index) =>
      others.reduce((sum, { ticks }) => addTick(sum, ticks[index]), tick),
    ),
    pages: others.reduce((pages, traffic) => addPages(pages, traffic.pages), first.pages),
  };
}

/** What the past of several hosts says. Bursts are taken as the worst host had them, so that they are never held for evidence. */
export function sumBaselines(hosts: readonly Baseline[]): Baseline {
  const known = hosts.filter(({ requests }) => requests > 0);
  const [first, ...others] = known.length === 0 ? hosts : known;
  if (first === undefined) throw new Error("a watch has at least one host");
  return others.reduce(addBaseline, first);
}

function addTick(sum: TrafficTick, tick: TrafficTick | undefined): TrafficTick {
  if (tick === undefined) return sum;
  return { at: sum.at, canary: addArm(sum.canary, tick.canary), stable: addArm(sum.stable, tick.stable) };
}

function addArm(one: ArmCounts, other: ArmCounts): ArmCounts {
  return {
    requests: one.requests + other.requests,
    units: one.units + other.units,
    errors: one.errors + other.errors,
    slow: one.slow + other.slow,
  };
}

function addBaseline(one: Baseline, other: Baseline): Baseline {
  return {
    from: Math.min(one.from, other.from),
    to: Math.max(one.to, other.to),
    requests: one.requests + other.requests,
    slowMs: slowMsOf(one, other),
    burst: {
      errors: Math.max(one.burst.errors, other.burst.errors),
      slow: Math.max(one.burst.slow, other.burst.slow),
    },
  };
}

/** Any limit is fair, because both arms are held to it; the mean by requests is the likeliest to tell them apart. */
function slowMsOf(one: Baseline, other: Baseline): number | undefined {
  if (one.slowMs === undefined || other.slowMs === undefined) return one.slowMs ?? other.slowMs;
  const requests = one.requests + other.requests;
  if (requests === 0) return Math.max(one.slowMs, other.slowMs);
  return (one.slowMs * one.requests + other.slowMs * other.requests) / requests;
}
