import { createRandom } from "../../src/canary/testing/random.ts";
import { cozyName, cozyRule } from "./cozy-rule.ts";
import { otherRules, type MinuteCounts, type Minutes, type Outcome } from "./rules.ts";
import { ticksAMinute, type Scenario } from "./scenarios.ts";
import { createStream, type ArmSeries, type Stream } from "./stream.ts";

/** What one rule did in all runs of one scenario at one rate of requests. */
export interface Cell {
  readonly rule: string;
  readonly scenario: Scenario;
  readonly requestsAMinute: number;
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  readonly inconclusive: number;
  /** Minutes, and the canary's requests, until the roll-back; of every run: `Infinity` where there was none. */
  readonly minutes: readonly number[];
  readonly requests: readonly number[];
  /** Mean of the failed requests that the canary served until it was rolled back, or the watch was over. */
  readonly harm: number;
}

interface Tally {
  rolledBack: number;
  promoted: number;
  inconclusive: number;
  harm: number;
  readonly minutes: number[];
  readonly requests: number[];
}

/** Every rule on the same streams. */
export function measure(scenario: Scenario, requestsAMinute: number, runs: number, seed: number): Cell[] {
  const tallies = new Map<string, Tally>();
  for (let run = 0; run < runs; run += 1) {
    const stream = createStream(scenario, requestsAMinute, createRandom(seed + run * 7919));
    const minutes = minutesOf(stream);
    note(tallies, cozyName, cozyRule(stream), stream);
    for (const { name, decide } of otherRules) note(tallies, name, decide(minutes), stream);
  }
  return [...tallies].map(([rule, tally]) => ({
    rule,
    scenario,
    requestsAMinute,
    runs,
    ...tally,
    harm: tally.harm / runs,
  }));
}

function note(tallies: Map<string, Tally>, rule: string, { decision, at }: Outcome, stream: Stream): void {
  const tally = tallies.get(rule) ?? {
    rolledBack: 0,
    promoted: 0,
    inconclusive: 0,
    harm: 0,
    minutes: [],
    requests: [],
  };
  tallies.set(rule, tally);
  const rolledBack = decision === "roll-back";
  if (rolledBack) tally.rolledBack += 1;
  else if (decision === "promote") tally.promoted += 1;
  else tally.inconclusive += 1;
  // A release promoted early goes on failing: its harm runs to the end of the watch, at the canary's share.
  const until = rolledBack ? Math.round(at * ticksAMinute) : stream.ticks;
  tally.harm += sumUntil(stream.canary.failed, until);
  tally.minutes.push(rolledBack ? at : Infinity);
  tally.requests.push(rolledBack ? sumUntil(stream.canary.requests, until) : Infinity);
}

function minutesOf({ canary, stable }: Stream): Minutes {
  return { canary: byMinute(canary), stable: byMinute(stable) };
}

function byMinute({ requests, failed }: ArmSeries): MinuteCounts {
  return { requests: inMinutes(requests), failed: inMinutes(failed) };
}

function inMinutes(ticks: Int32Array): Int32Array {
  const minutes = new Int32Array(ticks.length / ticksAMinute);
  for (const [index, count] of ticks.entries()) {
    const minute = Math.floor(index / ticksAMinute);
    minutes[minute] = (minutes[minute] ?? 0) + count;
  }
  return minutes;
}

function sumUntil(values: Int32Array, until: number): number {
  let total = 0;
  for (let index = 0; index < until; index += 1) total += values[index] ?? 0;
  return total;
}
