import { describe, expect, it } from "vitest";
import type { JournalStore } from "../engine/journal-store.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import type { RequestsOfOthers } from "../promises/requests-of-others.ts";
import { sampleAccessLine, sampleCounts, sampleNow } from "../promises/testing.ts";
import type { ServersTarget } from "../project/servers.ts";
import { sampleServers } from "../release/testing.ts";
import { requestFacts, type RequestQuestion } from "./promises-requests.ts";

const never = () => Promise.reject(new Error("only read here"));
const noJournals: JournalStore = { list: async () => [], read: never, create: never, reopen: never };
const promises = {
  recovery: undefined,
  availability: { percent: 99.9, overMs: 60_000 },
  latency: undefined,
};

/** On the keeper, with a request each 10 s until now. */
function facts(
  target: ServersTarget,
  others?: RequestsOfOthers,
  promised: typeof promises | object = promises,
) {
  const host = fakeHost("web-1");
  for (const agoMs of [30_000, 20_000, 10_000, 0]) {
    host.accessLog.push(sampleAccessLine(sampleNow - agoMs));
  }
  const question: RequestQuestion = {
    opened: {
      environment: { promises: { ...promises, ...promised }, target },
      journals: noJournals,
    },
    host,
    now: sampleNow,
    since: sampleNow - 600_000,
    change: undefined,
    evidence: {},
    others,
  };
  return requestFacts(question, new AbortController().signal);
}

describe("the requests that a ledger is made from", () => {
  it("are the keeper's alone where it is the only host", async () => {
    const alone = await facts(sampleServers("web-1"));
    expect(alone).toMatchObject({ availability: { requests: 4 }, logBegin: sampleNow - 29_999 });
    expect(alone).not.toHaveProperty("fleet");
  });

  it("are those of all hosts until the others were asked", async () => {
    const at = sampleNow - 5_000;
    const availability = sampleCounts({ requests: 7 });
    const since = sampleNow - 600_000;
    const others: RequestsOfOthers = {
      at,
      spans: { availability: { from: at - 60_000, to: at } },
      hosts: [{ host: "web-2", since, begin: since, availability }],
    };
    expect(await facts(sampleServers("web-1", "web-2"), others)).toMatchObject({
      availability: { requests: 10 },
      fleet: { counted: ["web-1", "web-2"], uncounted: [], lastLog: "web-1" },
    });
  });

  it("tell of hosts that nobody asked, but not where there was nothing to ask", async () => {
    expect(await facts(sampleServers("web-1", "web-2"))).toMatchObject({
      availability: { requests: 4 },
      fleet: { uncounted: [{ host: "web-2", why: "it was not asked" }] },
    });
    const nothing = await facts(sampleServers("web-1", "web-2"), undefined, { availability: undefined });
    expect(nothing).not.toHaveProperty("fleet");
  });
});
