import type { RequestCounts } from "./request-counts.ts";

/** The requests of several hosts as if one had served them. The 95th percentile of all is not known from theirs: the largest stands. */
export function sumRequests(hosts: readonly RequestCounts[]): RequestCounts {
  const sum = (of: (counts: RequestCounts) => number) =>
    hosts.reduce((total, counts) => total + of(counts), 0);
  const smallest = hosts.flatMap(({ firstAt }) => firstAt ?? []);
  const slowest = hosts.flatMap(({ p95Ms }) => p95Ms ?? []);
  return {
    requests: sum(({ requests }) => requests),
    lost: sum(({ lost }) => lost),
    failed: sum(({ failed }) => failed),
    givenUp: sum(({ givenUp }) => givenUp),
    closed: sum(({ closed }) => closed),
    firstAt: smallest.length === 0 ? undefined : Math.min(...smallest),
    timed: sum(({ timed }) => timed),
    slow: sum(({ slow }) => slow),
    p95Ms: slowest.length === 0 ? undefined : Math.max(...slowest),
    unreadable: sum(({ unreadable }) => unreadable),
  };
}
