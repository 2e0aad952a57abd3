import type { AccessLine } from "../routing/access-line.ts";
import { servedBy, type Served } from "./traffic-unit.ts";
import type { ArmCounts } from "./verdict.ts";

/** Which traffic of two releases is counted: answers that ended from `from` until before `to`, in ticks of `tickMs`. */
export interface TrafficRequest {
  readonly canary: string;
  readonly stable: readonly string[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  /** From which duration on a request is slow; without one none is. */
  readonly slowMs: number | undefined;
  /** Before it nothing counts as slow in either arm, since a release that has just started warms up. */
  readonly slowFrom: number;
}

/** What both arms served, a tick each; ticks without traffic are there too. */
export interface Traffic {
  readonly ticks: readonly TrafficTick[];
  /** Pages of the canary that failed or were slow, the worst first. */
  readonly pages: readonly PageCounts[];
}

export interface TrafficTick {
  /** When it ended. */
  readonly at: number;
  readonly canary: ArmCounts;
  readonly stable: ArmCounts;
}

/** One kind of page in both arms, counted in requests. */
export interface PageCounts {
  /** `GET /venues/:n`. */
  readonly page: string;
  readonly canary: PageArm;
  readonly stable: PageArm;
}

export interface PageArm {
  readonly requests: number;
  readonly failed: number;
  readonly slow: number;
  /** How often each status of a failed answer came: `{ "500": 12 }`. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface TrafficCounter {
  /** A line, in any order. */
  add(line: AccessLine): void;
  readonly traffic: Traffic;
}

/** Kinds of pages that are told apart; a site with more of them has an application that names things in its own way. */
const mostPages = 2_000;
const toldPages = 20;

/** Counts lines of the access log into ticks and pages. Holds a word a unit and no line. */
export function createTrafficCounter(request: TrafficRequest): TrafficCounter {
  const { from, to, tickMs } = request;
  const count = Math.max(0, Math.round((to - from) / tickMs));
  const ticks = Array.from({ length: count }, () => ({ canary: newArm(), stable: newArm() }));
  const pages = new Map<string, { canary: CountedPage; stable: CountedPage }>();
  const stable = new Set(request.stable);

  function pageOf(name: string) {
    const key = pages.has(name) || pages.size < mostPages ? name : "other pages";
    const known = pages.get(key);
    if (known !== undefined) return known;
    const made = { canary: newPage(), stable: newPage() };
    pages.set(key, made);
    return made;
  }

  return {
    add(line) {
      const served = servedBy(line);
      if (served === undefined) return;
      const arm =
        served.release === request.canary ? "canary" : stable.has(served.release) ? "stable" : undefined;
      if (arm === undefined) return;
      const tick = ticks[Math.floor((served.endedAt - from) / tickMs)];
      if (tick === undefined) return;
      const slow = served.endedAt >= request.slowFrom && isSlow(served, request.slowMs);
      // One who left early without an answer says nothing yet.
      if (served.gaveUpMs !== undefined && !slow) return;
      countUnit(tick[arm], served, slow);
      countPage(pageOf(served.page)[arm], served, slow);
    },
    get traffic() {
      return {
        ticks: ticks.map((tick, index) => ({
          at: from + (index + 1) * tickMs,
          canary: countsOf(tick.canary),
          stable: countsOf(tick.stable),
        })),
        pages: worstPages(
          [...pages].map(([page, arms]) => ({ page, ...arms })),
          toldPages,
        ),
      };
    },
  };
}

/** Whether it took longer than the limit; a client that left after longer than that has certainly waited too long. */
export function isSlow({ ms, gaveUpMs }: Served, slowMs: number | undefined): boolean {
  return slowMs !== undefined && (ms ?? gaveUpMs ?? 0) > slowMs;
}

/** The pages of which the canary failed most, then those that were slow most often. */
export function worstPages(pages: readonly PageCounts[], most: number): PageCounts[] {
  return pages
    .filter(({ canary }) => canary.failed + canary.slow > 0)
    .toSorted((a, b) => b.canary.failed - a.canary.failed || b.canary.slow - a.canary.slow)
    .slice(0, most);
}

/** The same pages of a later part of the traffic put to those of an earlier one. */
export function addPages(earlier: readonly PageCounts[], later: readonly PageCounts[]): PageCounts[] {
  const sums = new Map(earlier.map((counts) => [counts.page, counts]));
  for (const { page, canary, stable } of later) {
    const sum = sums.get(page);
    sums.set(page, {
      page,
      canary: sum ? addArm(sum.canary, canary) : canary,
      stable: sum ? addArm(sum.stable, stable) : stable,
    });
  }
  return worstPages([...sums.values()], 2 * toldPages);
}

interface Arm {
  requests: number;
  readonly units: Set<string>;
  readonly errors: Set<string>;
  readonly slow: Set<string>;
}

function newArm(): Arm {
  return { requests: 0, units: new Set(), errors: new Set(), slow: new Set() };
}

function countUnit(arm: Arm, served: Served, slow: boolean): void {
  const unit = `${served.client} ${served.page}`;
  arm.requests += 1;
  arm.units.add(unit);
  if (served.failed) arm.errors.add(unit);
  if (slow) arm.slow.add(unit);
}

function countsOf({ requests, units, errors, slow }: Arm): ArmCounts {
  return { requests, units: units.size, errors: errors.size, slow: slow.size };
}

interface CountedPage {
  requests: number;
  failed: number;
  slow: number;
  statuses: Record<string, number>;
}

function newPage(): CountedPage {
  return { requests: 0, failed: 0, slow: 0, statuses: {} };
}

function countPage(page: CountedPage, { failed, status }: Served, slow: boolean): void {
  page.requests += 1;
  if (failed) {
    page.failed += 1;
    page.statuses[String(status)] = (page.statuses[String(status)] ?? 0) + 1;
  }
  if (slow) page.slow += 1;
}

function addArm(one: PageArm, other: PageArm): PageArm {
  const statuses: Record<string, number> = { ...one.statuses };
  for (const [status, count] of Object.entries(other.statuses))
    statuses[status] = (statuses[status] ?? 0) + count;
  return {
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    slow: one.slow + other.slow,
    statuses,
  };
}
