import { describe, expect, it } from "vitest";
import type { HostRequests, RequestsOfOthers, UncountedHost } from "./requests-of-others.ts";
import { sumFleet } from "./sum-fleet.ts";
import { sampleCounts } from "./testing.ts";

const spans = {
  availability: { from: 10_000, to: 90_000 },
  latency: { from: 10_000, to: 90_000, slowMs: 300 },
};

function counted(host: string, requests: number, change: Partial<HostRequests> = {}): HostRequests {
  const counts = sampleCounts({ requests, failed: 1, timed: requests, slow: 2, p95Ms: requests });
  return { host, since: 10_000, begin: 10_000, availability: counts, latency: counts, ...change };
}

function others(...hosts: readonly (HostRequests | UncountedHost)[]): RequestsOfOthers {
  return { at: 90_000, spans, hosts };
}

const own = counted("web-1", 100);
const names = ["web-1", "web-2", "web-3"];

describe("the requests of a fleet", () => {
  it("are those of all its hosts", () => {
    const sum = sumFleet(own, names, spans, others(counted("web-3", 50), counted("web-2", 200)));
    expect(sum.availability).toMatchObject({ requests: 350, failed: 3 });
    expect(sum.latency).toMatchObject({ timed: 350, slow: 6, p95Ms: 200 });
    expect(sum).not.toHaveProperty("change");
    expect(sum.fleet).toMatchObject({ counted: names, uncounted: [] });
  });

  it("leave out a host that could not say, was not asked, or was asked something else, and name it", () => {
    const away = { host: "web-2", why: "it can't be reached" };
    const sum = sumFleet(own, names, spans, others(away));
    expect(sum.availability?.requests).toBe(100);
    expect(sum.fleet).toMatchObject({
      counted: ["web-1"],
      uncounted: [away, { host: "web-3", why: "it was not asked" }],
    });
    expect(sumFleet(own, names, spans, undefined).fleet.uncounted.map(({ host }) => host)).toEqual([
      "web-2",
      "web-3",
    ]);
    const since = { ...spans, change: { from: 50_000, to: 60_000 } };
    const both = others(counted("web-2", 200), counted("web-3", 50));
    const later = sumFleet(own, names, since, both);
    expect(later.availability?.requests).toBe(100);
    expect(later.fleet.counted).toEqual(["web-1"]);
    const half = sumFleet(own, ["web-1", "web-2"], spans, others({ host: "web-2", since: 1, begin: 1 }));
    expect(half.fleet.uncounted).toEqual([
      { host: "web-2", why: "it did not count all that it was asked for" },
    ]);
  });

  it("are logged since the log of the last host is, but for what a host that joined later never served", () => {
    const since = (begin: number | undefined, joined?: number) => {
      const two = counted("web-2", 1, { begin, since: joined });
      const { logBegin, fleet } = sumFleet(own, ["web-1", "web-2"], spans, others(two));
      return { logBegin, lastLog: fleet.lastLog };
    };
    expect(since(40_000, 10_000)).toEqual({ logBegin: 40_000, lastLog: "web-2" });
    expect(since(40_000)).toEqual({ logBegin: 40_000, lastLog: "web-2" });
    expect(since(40_000, 39_000).logBegin).toBe(0);
    expect(since(undefined, 39_000)).toEqual({ logBegin: undefined, lastLog: "web-2" });
  });
});
