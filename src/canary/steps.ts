import type { ArmCounts, StepCounts, Tick } from "./verdict.ts";

/** The counts by share: ticks of the same share that follow each other are one step. */
export function stepsOf(ticks: readonly Tick[]): StepCounts[] {
  const groups: Tick[][] = [];
  for (const tick of ticks) {
    const group = groups.at(-1);
    if (group?.[0]?.share === tick.share) group.push(tick);
    else groups.push([tick]);
  }
  return groups.map((group) => ({
    share: group[0]?.share ?? 0,
    from: group[0]?.at ?? 0,
    to: group.at(-1)?.at ?? 0,
    canary: sumOf(group.map(({ canary }) => canary)),
    stable: sumOf(group.map(({ stable }) => stable)),
  }));
}

export function sumOf(counts: readonly ArmCounts[]): ArmCounts {
  const sum = { requests: 0, units: 0, errors: 0, slow: 0 };
  for (const { requests, units, errors, slow } of counts) {
    sum.requests += requests;
    sum.units += units;
    sum.errors += errors;
    sum.slow += slow;
  }
  return sum;
}
