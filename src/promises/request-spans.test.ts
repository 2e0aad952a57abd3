import { describe, expect, it } from "vitest";
import { areSameSpans, requestSpans, shiftedSpans, type SpanFacts } from "./request-spans.ts";
import { sampleEvidence } from "./testing.ts";

const change = { command: "deploy", release: "new", startedAt: 500, endedAt: 600 } as const;

const facts: SpanFacts = {
  promises: { availability: { percent: 99.9, overMs: 400 }, latency: { p95Ms: 300, overMs: 100 } },
  now: 1_000,
  since: 0,
  change,
  lost: [],
};

const none = { availability: undefined, latency: undefined };

describe("what the access log is asked", () => {
  it("is of what was promised, and of a change that left no count", () => {
    expect(requestSpans(facts)).toEqual({
      availability: { from: 600, to: 1_000 },
      latency: { from: 900, to: 1_000, slowMs: 300 },
      change: { from: 500, to: 600, firstDeploy: false },
    });
    expect(requestSpans({ ...facts, promises: none, change: undefined })).toEqual({});
  });

  it("leaves out a change that was counted since it began, or that goes on", () => {
    const at = (time: number) => [sampleEvidence("no-lost-request", { at: time })];
    const spans = (more: Partial<SpanFacts>) => requestSpans({ ...facts, promises: none, ...more });
    expect(spans({ lost: at(500) })).toEqual({});
    expect(spans({ lost: at(499) })).toHaveProperty("change");
    expect(spans({ change: { ...change, endedAt: undefined } })).toEqual({});
  });

  it("begins where the host did", () => {
    const spans = requestSpans({ ...facts, since: 550 });
    expect(spans.availability?.from).toBe(600);
    expect(spans.change?.firstDeploy).toBe(true);
    expect(requestSpans({ ...facts, since: 950 }).availability?.from).toBe(950);
    expect(requestSpans({ ...facts, since: undefined }).availability?.from).toBe(1_000);
  });

  it("is put into the time of a host, and told from another question", () => {
    const spans = requestSpans(facts);
    const shifted = shiftedSpans(spans, -100);
    expect(shifted).toEqual({
      availability: { from: 500, to: 900 },
      latency: { from: 800, to: 900, slowMs: 300 },
      change: { from: 400, to: 500, firstDeploy: false },
    });
    expect(areSameSpans(spans, shifted)).toBe(false);
    expect(areSameSpans(spans, shiftedSpans(shifted, 100))).toBe(true);
    expect(areSameSpans(spans, { ...spans, latency: { from: 900, to: 1_000, slowMs: 200 } })).toBe(false);
    expect(areSameSpans(spans, requestSpans({ ...facts, change: undefined }))).toBe(false);
  });
});
