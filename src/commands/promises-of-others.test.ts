import { describe, expect, it } from "vitest";
import type { LeaseLook } from "../engine/lease-keeper.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import { sampleAccessLine } from "../promises/testing.ts";
import { askedOf } from "./promises-of-others.ts";

const now = Date.parse("2026-11-24T12:00:00.000Z");
const promises = { availability: { percent: 99.9, overMs: 60_000 }, latency: undefined };
const serving = { since: now - 600_000, hosts: { "web-2": now - 600_000, "web-3": now - 30_000 } };

/** A server whose clock is so far ahead of the keeper's. */
function server(name: string, aheadMs = 0, times: readonly number[] = []) {
  const fake = fakeHost(name);
  fake.accessLog.push(...times.map((time) => sampleAccessLine(time + aheadMs)));
  const look: LeaseLook = { lease: undefined, standing: "free", at: now + aheadMs };
  return { fake, host: fake, lease: { read: async () => look } };
}

function stage(
  others: readonly ReturnType<typeof server>[],
  change: Partial<Parameters<typeof ask>[0]> = {},
) {
  return ask({ others, promises, away: {}, ...change });
}

async function ask({
  others,
  promises: promised,
  away,
}: {
  readonly others: readonly ReturnType<typeof server>[];
  readonly promises: {
    readonly availability: typeof promises.availability | undefined;
    readonly latency: undefined;
  };
  readonly away: Readonly<Record<string, string>>;
}) {
  const reached: string[] = [];
  const told: string[] = [];
  const asked = await askedOf(
    {
      keeper: {
        ...server("web-1"),
        past: {
          traffic: async () => ({ serving, change: undefined }),
        },
        evidence: {
          read: async () => ({ measurements: [], unreadable: 0 }),
        },
      },
      others,
      promises: promised,
      reach: async ({ host: { name } }) => {
        reached.push(name);
        const why = away[name];
        return why === undefined ? 0 : { host: name, why };
      },
    },
    { now: () => 5, signal: new AbortController().signal, tell: (text) => void told.push(text) },
  );
  return { asked, reached, told };
}

describe("what the other hosts of a fleet are asked", () => {
  it("is asked in the time of each, from when it began to serve, and told in the keeper's", async () => {
    const times = [now - 50_000, now - 20_000, now - 10_000];
    const two = server("web-2", 600_000, times);
    const three = server("web-3", -600_000, times);
    const { asked } = await stage([two, three]);
    expect(asked).toMatchObject({
      at: now,
      spans: { availability: { from: now - 60_000, to: now } },
      hosts: [
        { host: "web-2", availability: { requests: 3 }, since: now - 600_000, begin: now - 49_999 },
        { host: "web-3", availability: { requests: 2 }, since: now - 30_000 },
      ],
    });
  });

  it("leaves a host that is away, or fails, with the reason, and goes on with the others", async () => {
    const [two, three, four] = [server("web-2"), server("web-3"), server("web-4", 0, [now - 1])];
    three.fake.failNext("countRequests", new Error("EIO: i/o error, read"));
    const { asked } = await stage([two, three, four], { away: { "web-2": "no route to it" } });
    expect(asked.hosts).toMatchObject([
      { host: "web-2", why: "no route to it" },
      { host: "web-3", why: "EIO: i/o error, read" },
      { host: "web-4", availability: { requests: 1 } },
    ]);
  });

  it("is nothing, and nobody is reached, where there is nothing to count", async () => {
    const nothing = { availability: undefined, latency: undefined };
    const { asked, reached, told } = await stage([server("web-2")], { promises: nothing });
    expect(asked).toEqual({ at: now, spans: {}, hosts: [] });
    expect([reached, told]).toEqual([[], []]);
  });

  it("is told while it goes on, with whom it waits for", async () => {
    const hosts = ["web-2", "web-3", "web-4"].map((name) => server(name));
    const { told } = await stage(hosts, { away: { "web-3": "no route to it" } });
    expect(told).toEqual([
      "counting requests: waiting for web-2, web-3 and web-4",
      "counting requests: 1 of 3 hosts done, waiting for web-2 and web-4",
      expect.stringMatching(/^counting requests: 2 of 3 hosts done, waiting for web-[24]$/),
    ]);
  });
});
