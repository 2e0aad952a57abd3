import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessLine } from "../routing/access-line.ts";
import { addPages, createTrafficCounter, type TrafficRequest } from "./traffic.ts";
import { createBeforeCounter } from "./traffic-before.ts";
import { pathShape, servedBy } from "./traffic-unit.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
const request: TrafficRequest = {
  canary: "new",
  stable: ["old"],
  from: start,
  to: start + 4_000,
  tickMs: 1_000,
  slowMs: 100,
  slowFrom: 0,
};

function line(more: Partial<AccessLine> & { readonly atMs?: number } = {}): AccessLine {
  const { atMs = 0, ...fields } = more;
  return {
    format: 1,
    time: new Date(start + atMs).toISOString(),
    method: "GET",
    path: "/venues/12",
    query: false,
    status: 200,
    ms: 5,
    upstreamMs: 4,
    bytes: 10,
    bucket: "07",
    table: 3,
    release: "new",
    instance: "web.0",
    address: "192.0.2.1",
    id: "a",
    agent: "tester",
    ...fields,
  };
}

function counted(lines: readonly AccessLine[], change: Partial<TrafficRequest> = {}) {
  const counter = createTrafficCounter({ ...request, ...change });
  for (const one of lines) counter.add(one);
  return counter.traffic;
}

describe("the shape of a path", () => {
  it.each([
    ["/", "/"],
    ["/venues/12/", "/venues/:n/"],
    ["/venues/12-page-3.html", "/venues/:n-page-:n.html"],
    ["/o/0b5fa1b2-3c4d-4e5f-8a9b-0c1d2e3f4a5b", "/o/:id"],
    ["/reset/MTc-set-b9qk2p-8d5f2a1c99e0", "/reset/:token"],
    ["/blob/9f86d081884c7d65", "/blob/:token"],
    ["/a-very-long-title-without-any-number", "/a-very-long-title-without-any-number"],
    ["/beaded", "/beaded"],
  ])("%s is %s", (path, shape) => {
    expect(pathShape(path)).toBe(shape);
  });

  it("is bounded, and the same for any number in a place", () => {
    fc.assert(
      fc.property(fc.webPath(), fc.nat(), fc.nat(), (path, one, other) => {
        expect(pathShape(path).length).toBeLessThanOrEqual(101);
        expect(pathShape(`/v/${one}${path}`)).toBe(pathShape(`/v/${other}${path}`));
      }),
    );
  });
});

describe("traffic by tick and arm", () => {
  it("counts a client with a kind of page once a tick, and every request beside", () => {
    const { ticks } = counted([
      line({ atMs: 10, status: 500 }),
      line({ atMs: 20, path: "/venues/13", status: 503 }),
      line({ atMs: 30, path: "/about" }),
      line({ atMs: 40, bucket: "08" }),
      line({ atMs: 1_500 }),
      line({ atMs: 10, release: "old" }),
      line({ atMs: 10, release: "older" }),
    ]);
    expect(ticks.map(({ at }) => at - start)).toEqual([1_000, 2_000, 3_000, 4_000]);
    expect(ticks[0]).toMatchObject({
      canary: { requests: 4, units: 3, errors: 1, slow: 0 },
      stable: { requests: 1, units: 1, errors: 0, slow: 0 },
    });
    expect(ticks[1]?.canary).toMatchObject({ requests: 1, units: 1 });
    expect(ticks[3]?.canary).toMatchObject({ requests: 0, units: 0 });
  });

  it("takes a request for when its answer had ended, so that a tick that is over stays as it is", () => {
    const { ticks } = counted([
      line({ atMs: 900, ms: 200 }),
      line({ atMs: -50, ms: 60 }),
      line({ atMs: -50, ms: 10 }),
    ]);
    expect(ticks.map(({ canary }) => canary.requests)).toEqual([1, 1, 0, 0]);
  });

  it("leaves out what is no traffic of an instance", () => {
    const { ticks } = counted([
      line({ probe: true }),
      line({ files: "static", bucket: undefined, release: undefined }),
      line({ aborted: true, status: 200 }),
      line({ aborted: true, status: 499, upstreamMs: undefined, ms: 20 }),
      line({ time: "yesterday" }),
    ]);
    expect(ticks[0]?.canary.requests).toBe(0);
  });

  it("counts an answer that was cut though the client waited as an error, and one who waited in vain as slow", () => {
    const { ticks, pages } = counted([
      line({ error: "UND_ERR_SOCKET", upstreamMs: 3 }),
      line({ bucket: "08", aborted: true, status: 499, upstreamMs: undefined, ms: 400 }),
    ]);
    expect(ticks[0]?.canary).toEqual({ requests: 2, units: 2, errors: 1, slow: 1 });
    expect(pages).toEqual([
      {
        page: "GET /venues/:n",
        canary: { requests: 2, failed: 1, slow: 1, statuses: { "200": 1 } },
        stable: { requests: 0, failed: 0, slow: 0, statuses: {} },
      },
    ]);
  });

  it("counts no stream and nothing of the time of warming up as slow", () => {
    const slow = [line({ ms: 300 }), line({ ms: 300, bucket: "08", stream: "event-stream" })];
    expect(counted(slow).ticks[0]?.canary).toMatchObject({ units: 2, slow: 1 });
    expect(counted(slow, { slowFrom: start + 1_000 }).ticks[0]?.canary).toMatchObject({ units: 2, slow: 0 });
    expect(counted(slow, { slowMs: undefined }).ticks[0]?.canary).toMatchObject({ slow: 0 });
  });

  it("tells the worst pages first, and puts later ones to earlier ones", () => {
    const { pages } = counted([
      line({ path: "/a", status: 500 }),
      line({ path: "/b", status: 500 }),
      line({ path: "/b", status: 502, release: "new" }),
      line({ path: "/c" }),
    ]);
    expect(pages.map(({ page, canary }) => [page, canary.failed])).toEqual([
      ["GET /b", 2],
      ["GET /a", 1],
    ]);
    const [sum] = addPages(pages, pages);
    expect(sum?.canary).toEqual({ requests: 4, failed: 4, slow: 0, statuses: { "500": 2, "502": 2 } });
  });

  it("knows a finite number of pages, whatever a client asks for", () => {
    const letters = Array.from({ length: 3_000 }, (_, index) =>
      index.toString(26).replaceAll(/\d/g, (digit) => "qrstuvwxyz"[Number(digit)] ?? ""),
    );
    const { ticks, pages } = counted(letters.map((word) => line({ path: `/${word}`, status: 500 })));
    expect(ticks[0]?.canary.requests).toBe(3_000);
    expect(pages).toHaveLength(20);
    expect(pages[0]?.page).toBe("other pages");
  });

  it("counts every request of both arms in just one tick, in whatever order the lines come", () => {
    const lines = fc.array(
      fc.record({
        atMs: fc.integer({ min: 0, max: 3_990 }),
        release: fc.constantFrom("new", "old"),
        bucket: fc.constantFrom("01", "02"),
      }),
    );
    fc.assert(
      fc.property(lines, (all) => {
        const made = all.map((one) => line(one));
        const there = counted(made);
        expect(counted(made.toReversed())).toEqual(there);
        const sum = there.ticks.reduce(
          (total, { canary, stable }) => total + canary.requests + stable.requests,
          0,
        );
        expect(sum).toBe(all.length);
        for (const { canary } of there.ticks) expect(canary.units).toBeLessThanOrEqual(canary.requests);
      }),
    );
  });
});

describe("the past of the stable release", () => {
  const before = { stable: ["old"], from: start, to: start + 3_600_000, tickMs: 1_000, slowMs: undefined };
  const past = (lines: readonly AccessLine[], slowMs?: number) => {
    const counter = createBeforeCounter({ ...before, slowMs });
    for (const one of lines) counter.add(one);
    return counter.baseline;
  };
  const calm = Array.from({ length: 400 }, (_, nth) =>
    line({
      release: "old",
      atMs: nth * 5_000,
      ms: nth % 10 === 0 ? 200 : 10,
      address: `192.0.2.${nth % 50}`,
    }),
  );

  it("says from when on a request is slow, where there are enough", () => {
    const baseline = past(calm);
    expect(baseline.requests).toBe(400);
    expect(baseline.slowMs).toBeGreaterThanOrEqual(200);
    expect(baseline.slowMs).toBeLessThan(205);
    expect(past(calm.map((one) => ({ ...one, ms: one.ms / 100 }))).slowMs).toBe(50);
    expect(past(calm.slice(0, 20)).slowMs).toBeUndefined();
    expect(past(calm, 50).slowMs).toBe(50);
    expect(baseline.from).toBeGreaterThanOrEqual(start);
  });

  it("finds that one client fails again and again, and not that many fail once", () => {
    const failing = (address: (nth: number) => string) =>
      Array.from({ length: 40 }, (_, nth) =>
        line({ release: "old", status: 500, atMs: nth * 20_000, address: address(nth) }),
      );
    const scattered = past([...calm, ...failing((nth) => `198.51.100.${nth}`)]).burst.errors;
    const repeated = past([...calm, ...failing(() => "198.51.100.1")]).burst.errors;
    expect(scattered).toBeLessThan(2);
    expect(repeated).toBeGreaterThan(20);
  });

  it("is of the stable release alone, and of its time", () => {
    expect(
      past([line(), line({ release: "old", atMs: -5_000 }), line({ release: "old", probe: true })]).requests,
    ).toBe(0);
  });
});

it("a line of another kind is no unit", () => {
  expect(servedBy(line({ bucket: undefined }))).toBeUndefined();
  expect(servedBy(line({ ms: 12.5 }))?.endedAt).toBe(start + 12.5);
});
