import { describe, expect, it } from "vitest";
import type { OperationContext } from "../../engine/operation.ts";
import { fakeHost } from "../../hosts/fake-host.ts";
import { sampleAccessLine } from "../../promises/testing.ts";
import type { AccessLine } from "../../routing/access-line.ts";
import { sampleWorld } from "../testing.ts";
import type { ReleaseWorld } from "../world.ts";
import { countLost, type CountLostInput } from "./count-lost.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
const input: CountLostInput = {
  host: "fake",
  release: "new",
  environment: "staging",
  command: "deploy",
  since: start,
  first: false,
};

function line(at: number, change: Partial<AccessLine> = {}): AccessLine {
  return sampleAccessLine(start + at, change);
}

function stage(lines: readonly AccessLine[]) {
  const host = fakeHost();
  host.accessLog.push(...lines);
  const world = sampleWorld(host);
  const warnings: string[] = [];
  const context: OperationContext<ReleaseWorld> = {
    world,
    signal: new AbortController().signal,
    token: 1,
    now: () => start + 10_000,
    progress: () => undefined,
    output: () => undefined,
    warn: (message) => void warnings.push(message),
    watched: () => undefined,
    note: () => undefined,
  };
  return { host, world, warnings, context };
}

describe("counting lost requests", () => {
  it("keeps as evidence that none was lost since the plan was made", async () => {
    const lost = { status: 502, error: "ECONNREFUSED" };
    const { world, warnings, context } = stage([line(-1, lost), line(0), line(9_000), line(10_001, lost)]);
    expect(await countLost.run(input, context)).toBe("2 requests in the deploy of new, none lost");
    expect(world.measurements).toEqual([
      {
        format: 1,
        promise: "no-lost-request",
        at: start + 10_000,
        outcome: "kept",
        measured: 0,
        declared: 0,
        text: "2 requests in the deploy of new, none lost",
        release: "new",
        backup: undefined,
        by: "cozy deploy staging",
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it("tells and keeps how many of how many were lost, and takes nothing back", async () => {
    const lines = [line(1), line(2, { status: 502, error: "ECONNREFUSED" }), line(3, { aborted: true })];
    const { world, warnings, context } = stage(lines);
    const text = "1 of 2 requests got no whole answer in the rollback of new; 1 client went away first";
    expect(await countLost.run({ ...input, command: "rollback" }, context)).toBe(text);
    expect(world.measurements).toMatchObject([
      { outcome: "broken", measured: 1, by: "cozy rollback staging" },
    ]);
    expect(warnings).toEqual([`${text}.`]);
  });

  it("takes nobody for lost who came before there was anything to serve", async () => {
    const early = { status: 503, error: "no table", upstreamMs: undefined };
    const lines = [line(1, early), line(2, { table: 1 }), line(3, { ...early, table: 1 })];
    const { context } = stage(lines);
    const text = "1 of 2 requests got no whole answer in the deploy of new";
    expect(await countLost.run({ ...input, first: true }, context)).toBe(text);
    expect(await countLost.run(input, context)).toContain("2 of 3 requests");
  });

  it("fails no deploy where it can't count", async () => {
    const { host, world, warnings, context } = stage([]);
    host.failNext("countRequests", new Error("EIO: i/o error, read"));
    expect(await countLost.run(input, context)).toBe("not counted");
    expect(world.measurements).toEqual([]);
    expect(warnings).toEqual([
      "The requests that this deploy may have lost could not be counted: EIO: i/o error, read",
    ]);
  });
});
