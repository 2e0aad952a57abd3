import { hasStrings, isFields } from "../artifacts/kept-file.ts";
import type { SpanCounts } from "./count-spans.ts";
import type { RequestCounts } from "./request-counts.ts";
import { spanNames, type RequestSpans } from "./request-spans.ts";

/** What the hosts of a fleet beside the keeper counted, for the ledger that the keeper makes. All times are the keeper's. */
export interface RequestsOfOthers {
  /** When they were asked: the spans end there. */
  readonly at: number;
  /** What was asked, as it is for a host that has served since the environment's first release. */
  readonly spans: RequestSpans;
  readonly hosts: readonly (HostRequests | UncountedHost)[];
}

export interface HostRequests extends SpanCounts {
  readonly host: string;
  /** Since when it has served: what its log lacks before that is no gap. */
  readonly since: number | undefined;
}

/** A host whose requests are not known, and what kept cozy from knowing. */
export interface UncountedHost {
  readonly host: string;
  readonly why: string;
}

/** Whether what came with an order is that. */
export function isRequestsOfOthers(value: unknown): value is RequestsOfOthers {
  if (!isFields(value) || typeof value["at"] !== "number") return false;
  const { spans, hosts } = value;
  if (!isFields(spans) || !Array.isArray(hosts)) return false;
  return spanNames.every((name) => spans[name] === undefined || isSpan(spans[name])) && hosts.every(isHost);
}

function isHost(value: unknown): boolean {
  if (!hasStrings(value, "host")) return false;
  if (typeof value["why"] === "string") return true;
  return (
    isMaybeNumber(value["since"]) &&
    isMaybeNumber(value["begin"]) &&
    spanNames.every((name) => value[name] === undefined || areCounts(value[name]))
  );
}

function isSpan(value: unknown): boolean {
  return isFields(value) && typeof value["from"] === "number" && typeof value["to"] === "number";
}

const counts = [
  "requests",
  "lost",
  "failed",
  "givenUp",
  "closed",
  "timed",
  "slow",
  "unreadable",
] as const satisfies (keyof RequestCounts)[];

/** A count that is missing would sum up to none that is a number, and that breaks no promise. */
function areCounts(value: unknown): boolean {
  return isFields(value) && counts.every((name) => typeof value[name] === "number");
}

function isMaybeNumber(value: unknown): boolean {
  return value === undefined || typeof value === "number";
}
