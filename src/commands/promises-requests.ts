import { servingSince, type TrafficChange } from "../engine/release-changes.ts";
import type { Host } from "../hosts/host.ts";
import { countSpans, type SpanCounts } from "../promises/count-spans.ts";
import type { PromiseFacts } from "../promises/promise.ts";
import { requestSpans, spanNames, type SpanFacts } from "../promises/request-spans.ts";
import type { RequestsOfOthers } from "../promises/requests-of-others.ts";
import { sumFleet } from "../promises/sum-fleet.ts";
import type { OpenEnvironment } from "./open-environment.ts";

export interface RequestQuestion {
  readonly opened: {
    readonly environment: Pick<OpenEnvironment["environment"], "promises" | "target">;
    readonly journals: OpenEnvironment["journals"];
  };
  readonly host: Pick<Host, "name" | "countRequests">;
  readonly now: number;
  readonly since: number | undefined;
  readonly change: TrafficChange | undefined;
  readonly evidence: PromiseFacts["evidence"];
  /** What the other hosts of a fleet counted. */
  readonly others: RequestsOfOthers | undefined;
}

type CountedFacts = Pick<PromiseFacts, "availability" | "latency" | "change" | "logBegin" | "fleet">;

/** What is counted from the access log, and from those of the other hosts of a fleet. */
export async function requestFacts(question: RequestQuestion, signal: AbortSignal): Promise<CountedFacts> {
  const { opened, host, since, change, evidence, others } = question;
  const names = hostNames(opened);
  const about: SpanFacts = {
    promises: opened.environment.promises,
    // The others counted until they were asked: so does this one.
    now: others?.at ?? question.now,
    since,
    change,
    lost: evidence["no-lost-request"] ?? [],
  };
  const spans = requestSpans(about);
  const isAlone = names.length < 2 || spanNames.every((name) => spans[name] === undefined);
  if (isAlone) {
    const { begin, ...counts } = await countSpans(host, spans, signal);
    return { ...countedFacts(counts, change), logBegin: begin };
  }
  const { hosts } = await servingSince(opened.journals, [host.name]);
  const own = hosts[host.name] ?? since;
  const counts = await countSpans(host, requestSpans({ ...about, since: own }), signal);
  const sum = sumFleet({ host: host.name, since: own, ...counts }, names, spans, others);
  return { ...countedFacts(sum, change), logBegin: sum.logBegin, fleet: sum.fleet };
}

function countedFacts(
  { availability, latency, change: requests }: Omit<SpanCounts, "begin">,
  change: TrafficChange | undefined,
): Pick<CountedFacts, "availability" | "latency" | "change"> {
  return { availability, latency, change: change && { ...change, requests } };
}

function hostNames({ environment: { target } }: RequestQuestion["opened"]): readonly string[] {
  return target.kind === "servers" ? target.hosts.map(({ name }) => name) : [];
}
