import { durationText, momentText, spanText } from "../shared/duration.ts";
import { closedText, withClosed } from "./closed-text.ts";
import { lostRow } from "./lost-row.ts";
import { fleetText, ofHost, uncountedText } from "./fleet-text.ts";
import { isLoggedSince, spanStart, unmeasured, type PromiseFacts, type PromiseRow } from "./promise.ts";
import type { RequestCounts } from "./request-counts.ts";
import { counted } from "../shared/words.ts";
import { shareText } from "./share-text.ts";

/** What was promised of requests, and what cozy promises of them by itself. */
export function trafficRows(facts: PromiseFacts): PromiseRow[] {
  const { availability, latency } = facts.promises;
  return [
    ...(availability === undefined ? [] : [availabilityRow(availability, facts)]),
    ...(latency === undefined ? [] : [latencyRow(latency, facts)]),
    lostRow(facts),
  ];
}

/**
 * The share of requests that were answered, and not with a fault of the application. It is counted and not estimated, so a request in
 * excess breaks the promise; but where a single one would have done that, too few came to show that it is kept.
 */
function availabilityRow(
  { percent, overMs }: { readonly percent: number; readonly overMs: number },
  facts: PromiseFacts,
): PromiseRow {
  const counts = facts.availability;
  const live = liveRow("availability", `${percent} % over ${spanText(overMs)}`, facts);
  if (counts === undefined || facts.since === undefined)
    return { ...live, text: "no request was counted yet" };
  const { requests, lost, failed, closed, unreadable } = counts;
  const row = { ...live, ...(closed > 0 && { closed }) };
  const bad = lost + failed;
  const measured = withClosed(requests === 0 ? undefined : shareText(bad, requests), closed);
  const text = `${bad.toLocaleString("en-GB")} of ${counted(requests, "request")} failed or had no answer in ${spanOf(overMs, facts)}${fleetText(facts)}${closed === 0 ? "" : `, and ${closedText(closed)}`}`;
  const missing = uncountedText(facts);
  if (missing === undefined && isMoreThan(bad, requests, percent)) {
    return { ...row, measured, state: "broken", text, next: `cozy logs ${facts.environment} --type access` };
  }
  const wanted = fewest(percent);
  const open = [
    missing,
    gap(overMs, facts),
    requests < wanted ? `${percent} % can be shown by ${counted(wanted, "request")} or more` : undefined,
    isMoreThan(bad + unreadable, requests + unreadable, percent) ? unreadableText(counts) : undefined,
  ].filter((why) => why !== undefined);
  if (open.length > 0) return { ...row, measured, text: `${text}; ${open.join("; ")}`, next: nextOf(facts) };
  return { ...row, measured, state: "kept", text };
}

function latencyRow(
  { p95Ms, overMs }: { readonly p95Ms: number; readonly overMs: number },
  facts: PromiseFacts,
): PromiseRow {
  const row = liveRow("latency", `p95 ${durationText(p95Ms)} over ${spanText(overMs)}`, facts);
  const counts = facts.latency;
  if (counts === undefined || facts.since === undefined)
    return { ...row, text: "no request was counted yet" };
  const { timed, slow, unreadable } = counts;
  const measured = p95Text(counts, facts);
  const text = `${slow.toLocaleString("en-GB")} of ${counted(timed, "request")} took longer than ${durationText(p95Ms)} in ${spanOf(overMs, facts)}${fleetText(facts)}`;
  const missing = uncountedText(facts);
  if (missing === undefined && isMoreThan(slow, timed, 95)) {
    return { ...row, measured, state: "broken", text, next: `cozy logs ${facts.environment} --type access` };
  }
  const wanted = fewest(95);
  const open = [
    missing,
    gap(overMs, facts),
    timed < wanted ? `that can be shown by ${counted(wanted, "request")} or more` : undefined,
    isMoreThan(slow + unreadable, timed + unreadable, 95) ? unreadableText(counts) : undefined,
  ].filter((why) => why !== undefined);
  if (open.length > 0) return { ...row, measured, text: `${text}; ${open.join("; ")}`, next: nextOf(facts) };
  return { ...row, measured, state: "kept", text };
}

/** That of several hosts together is not known from theirs: it is no more than the largest. */
function p95Text({ p95Ms }: RequestCounts, { fleet }: PromiseFacts): string | undefined {
  if (p95Ms === undefined) return undefined;
  const several = fleet !== undefined && fleet.counted.length > 1;
  return `p95 ${several ? "at most " : ""}${durationText(p95Ms)}`;
}

/** Measured by the command itself, from the log. */
function liveRow(promise: "availability" | "latency", declared: string, facts: PromiseFacts): PromiseRow {
  return {
    promise,
    declared,
    ...unmeasured,
    measuredAt: facts.now,
    ageMs: 0,
    limitMs: undefined,
    release: facts.current,
    by: `cozy promises ${facts.environment}`,
    state: "not proven",
    text: "",
    next: undefined,
  };
}

/** Only a host that was not counted is something to look after: the rest is a matter of time. */
function nextOf(facts: PromiseFacts): string | undefined {
  return uncountedText(facts) === undefined ? undefined : `cozy status ${facts.environment}`;
}

/** In whole hundred-thousandths, because 100 - 99.9 is not quite 0.1. */
function isMoreThan(bad: number, of: number, percent: number): boolean {
  const allowed = Math.round((100 - percent) * 1_000);
  return bad * 100_000 > of * allowed;
}

/** As many requests as it takes for one of them to be allowed to fail. */
function fewest(percent: number): number {
  return Math.ceil(100_000 / Math.max(1, Math.round((100 - percent) * 1_000)));
}

function spanOf(overMs: number, facts: PromiseFacts): string {
  const spanMs = facts.now - spanStart(facts, overMs);
  return spanMs >= overMs ? spanText(overMs) : `${spanText(spanMs)}, since the first release`;
}

/** What the log does not tell of. An environment that is younger than the span has no more to tell. */
function gap(overMs: number, facts: PromiseFacts): string | undefined {
  if (isLoggedSince(facts, spanStart(facts, overMs))) return undefined;
  const { logBegin } = facts;
  return logBegin === undefined
    ? `no log is there${ofHost(facts, "on")}`
    : `the access log${ofHost(facts, "of")} only begins at ${momentText(logBegin)}`;
}

function unreadableText({ unreadable }: RequestCounts): string {
  return `${counted(unreadable, "line")} of the log could not be read or written, which may be as many failures`;
}
