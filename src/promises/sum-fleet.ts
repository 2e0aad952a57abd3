import type { SpanCounts } from "./count-spans.ts";
import { isLoggedSince, type CountedFleet, type PromiseFacts } from "./promise.ts";
import type { RequestCounts } from "./request-counts.ts";
import { areSameSpans, spanNames, type RequestSpans } from "./request-spans.ts";
import type { HostRequests, RequestsOfOthers, UncountedHost } from "./requests-of-others.ts";
import { sumRequests } from "./sum-requests.ts";

/** The requests of all hosts of a fleet that counted them, and which did. */
export interface FleetRequests extends Omit<SpanCounts, "begin"> {
  /** Since when the logs of all of them tell of everything. */
  readonly logBegin: PromiseFacts["logBegin"];
  readonly fleet: CountedFleet;
}

/**
 * Sums what the keeper counted with what the others did. A host that was not asked, or not for the same, is told as not counted: its
 * requests are never taken for none. Pure.
 */
export function sumFleet(
  own: HostRequests,
  names: readonly string[],
  spans: RequestSpans,
  others: RequestsOfOthers | undefined,
): FleetRequests {
  const answers = names.filter((name) => name !== own.host).map((name) => answerOf(name, spans, others));
  const counted = [own, ...answers.flatMap((answer) => (isUncounted(answer) ? [] : [answer]))];
  const last = counted.map(toldSince).reduce((a, b) => (b.at > a.at ? b : a));
  return {
    ...Object.fromEntries(spanNames.flatMap((name) => summed(name, counted, spans))),
    logBegin: last.at === Infinity ? undefined : last.at,
    fleet: {
      counted: counted.map(({ host }) => host),
      uncounted: answers.filter(isUncounted),
      lastLog: last.host,
    },
  };
}

function answerOf(
  host: string,
  spans: RequestSpans,
  others: RequestsOfOthers | undefined,
): HostRequests | UncountedHost {
  const answer = others?.hosts.find((one) => one.host === host);
  if (others === undefined || answer === undefined) return { host, why: "it was not asked" };
  if (isUncounted(answer)) return answer;
  if (!areSameSpans(spans, others.spans)) {
    return { host, why: "the environment was changed while it was asked" };
  }
  const isWhole = spanNames.every((name) => spans[name] === undefined || answer[name] !== undefined);
  return isWhole ? answer : { host, why: "it did not count all that it was asked for" };
}

function isUncounted(answer: HostRequests | UncountedHost): answer is UncountedHost {
  return "why" in answer;
}

function summed(
  name: (typeof spanNames)[number],
  hosts: readonly HostRequests[],
  spans: RequestSpans,
): [string, RequestCounts][] {
  if (spans[name] === undefined) return [];
  return [[name, sumRequests(hosts.flatMap((host) => host[name] ?? []))]];
}

/** Since when a host's log tells of all that it served; one that joined later has nothing to tell of before. */
function toldSince({ host, begin, since }: HostRequests): { readonly host: string; readonly at: number } {
  if (begin === undefined) return { host, at: Infinity };
  if (since !== undefined && isLoggedSince({ logBegin: begin }, since)) return { host, at: 0 };
  return { host, at: begin };
}
