import { describe, expect, it } from "vitest";
import type { AccessLine } from "../routing/access-line.ts";
import { fateOf } from "./fate.ts";
import { RequestCounter, type CountSpan } from "./request-counts.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");

function line(change: Partial<AccessLine> & { readonly at?: number } = {}): AccessLine {
  const { at = 0, ...rest } = change;
  return {
    format: 1,
    time: new Date(start + at).toISOString(),
    method: "GET",
    path: "/",
    query: false,
    status: 200,
    ms: 10,
    upstreamMs: 9,
    bytes: 1,
    address: "192.0.2.1",
    id: "x",
    agent: "tester",
    ...rest,
  };
}

function counts(lines: readonly AccessLine[], span: Partial<CountSpan> = {}) {
  const counter = new RequestCounter({ from: start, to: start + 60_000, ...span });
  for (const one of lines) counter.add(one);
  return counter.counts(0);
}

describe("the fate of a request", () => {
  it.each([
    ["answered", {}],
    ["answered", { status: 404 }],
    ["failed", { status: 500 }],
    ["failed", { status: 503 }],
    ["lost", { status: 502, error: "ECONNREFUSED", upstreamMs: undefined }],
    ["lost", { status: 504, error: "UND_ERR_HEADERS_TIMEOUT", upstreamMs: undefined }],
    ["lost", { error: "other side closed" }],
    ["given up", { aborted: true }],
    ["given up", { status: 499, aborted: true, upstreamMs: undefined }],
    ["given up", { status: 408, error: "the request's body stopped", upstreamMs: undefined }],
    ["none", { probe: true }],
    ["closed", { status: 503, maintenance: true, upstreamMs: undefined }],
    ["none", { stream: "websocket", error: "ECONNRESET" }],
  ] as const)("%s: %o", (fate, change) => {
    expect(fateOf(line(change))).toBe(fate);
  });
});

describe("the counts of a span", () => {
  it("are of requests whose head came in it, by what became of them", () => {
    const lines = [
      line({ at: -1 }),
      line({ at: 0 }),
      line({ at: 30_000, status: 500 }),
      line({ at: 30_000, status: 502, error: "ECONNREFUSED" }),
      line({ at: 59_000, ms: 5_000, aborted: true }),
      line({ at: 60_000, probe: true }),
      line({ at: 60_000, status: 503, maintenance: true }),
      line({ at: 60_001 }),
    ];
    expect(counts(lines)).toMatchObject({
      requests: 3,
      failed: 1,
      lost: 1,
      givenUp: 1,
      closed: 1,
      firstAt: start,
    });
  });

  it("time what the application answered, and a client that waited too long", () => {
    const slow = { slowMs: 100 };
    const many = Array.from({ length: 100 }, (_, nth) => line({ at: nth, ms: nth + 1 }));
    expect(counts(many, slow)).toMatchObject({ timed: 100, slow: 0, p95Ms: 95 });
    const more = [
      line({ ms: 101 }),
      line({ ms: 5_000, files: "static" }),
      line({ ms: 101, aborted: true }),
      line({ ms: 50, aborted: true }),
    ];
    expect(counts([...many, ...more], slow)).toMatchObject({ timed: 102, slow: 2 });
    expect(counts([])).toMatchObject({ timed: 0, p95Ms: undefined });
  });
});
