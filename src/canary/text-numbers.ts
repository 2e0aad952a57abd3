import type { CanaryEvidence } from "./evidence-file.ts";
import { sumOf } from "./steps.ts";
import { worstPages, type PageArm, type PageCounts } from "./traffic.ts";
import type { ArmCounts } from "./verdict.ts";

/** `1,204 requests, 1,130 distinct: 3 failed`. */
export function countsText({ requests, units, errors }: ArmCounts): string {
  return `${whole(requests)} ${requests === 1 ? "request" : "requests"}, ${whole(units)} distinct: ${whole(errors)} failed`;
}

/** `0.31`, `0.0004`, `< 0.0001`. */
export function pText(p: number): string {
  if (p < 0.0001) return "< 0.0001";
  return String(Number(p.toPrecision(2)));
}

/** `0.25 %`; nothing of nothing is nothing. */
export function rateText(part: number, of: number): string {
  if (of === 0) return "";
  const percent = (100 * part) / of;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

export function whole(count: number): string {
  return Math.round(count).toLocaleString("en-GB");
}

/** The verdict's numbers, a line each. */
export function verdictFacts({ ticks, verdict, baseline, watch, kind }: CanaryEvidence): string[] {
  const canary = sumOf(ticks.map((tick) => tick.canary));
  const stable = sumOf(ticks.map((tick) => tick.stable));
  const before = kind === "switch" ? "before the switch" : "stable";
  return [
    `new: ${armText(canary)}`,
    `${before}: ${armText(stable)}`,
    `p = ${pText(verdict?.pValue ?? 1)} (rolled back at ${pText(watch.alpha)}); burst factor ${Number(baseline.burst.errors.toPrecision(2))} for errors, ${Number(baseline.burst.slow.toPrecision(2))} for slow requests`,
  ];
}

/** The pages that failed, or were slow, in a line each: `GET /venues/:n: 500 12 times, 12 of 340 requests (3.5 %); stable 0 of 1,366`. */
export function bulletPages(pages: readonly PageCounts[], most: number): string[] {
  return worstPages(pages, most).map(({ page, canary, stable }) => {
    const failing = canary.failed > 0;
    const of = (arm: PageArm) => {
      const bad = failing ? arm.failed : arm.slow;
      const rate = bad === 0 ? "" : ` (${rateText(bad, arm.requests)})`;
      return `${whole(bad)} of ${whole(arm.requests)}${rate}`;
    };
    return `${page}: ${failing ? statusText(canary) : "slow"} in ${of(canary)}; stable ${of(stable)}`;
  });
}

function armText({ requests, units, errors, slow }: ArmCounts): string {
  return `${whole(requests)} requests, ${whole(units)} distinct (each client and kind of page once a tick): ${whole(errors)} failed, ${whole(slow)} slow`;
}

function statusText({ statuses }: PageArm): string {
  return Object.entries(statuses)
    .toSorted((a, b) => b[1] - a[1])
    .map(([status]) => status)
    .join(", ");
}
