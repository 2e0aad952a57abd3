import { describe, expect, it } from "vitest";
import type { TrafficRequest } from "../../canary/traffic.ts";
import { fakeHost } from "../../hosts/fake-host.ts";
import type { AccessLine } from "../../routing/access-line.ts";
import { sampleWorld } from "../testing.ts";
import { watchedBefore, watchedTraffic } from "./watched-traffic.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
const minute = 60_000;
const signal = new AbortController().signal;

/** A line in the log of a host whose clock is off by so much. */
function line(host: Skewed, at: number, release: string, status = 200): AccessLine {
  return {
    format: 1,
    time: new Date(start + host.offMs + at).toISOString(),
    method: "GET",
    path: "/",
    query: false,
    status,
    ms: 1,
    upstreamMs: 1,
    bytes: 1,
    address: `192.0.2.${at % 250}`,
    id: "x",
    agent: "tester",
    bucket: "01",
    release,
  };
}

interface Skewed {
  readonly name: string;
  readonly offMs: number;
}

const hosts: readonly Skewed[] = [
  { name: "web-1", offMs: 0 },
  { name: "web-2", offMs: 10 * minute },
  { name: "web-3", offMs: -10 * minute },
];

function stage() {
  const now = () => start + 5_000;
  const fakes = hosts.map(({ name, offMs }) => fakeHost(name, () => now() + offMs));
  const world = sampleWorld(fakes[0]);
  const host = (name: string) => {
    const found = fakes.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  return { fakes, context: { world: { ...world, host }, signal, now } };
}

describe("the traffic of a fleet", () => {
  it("is that of all hosts in the same ticks, ten minutes apart as their clocks may be", async () => {
    const { fakes, context } = stage();
    for (const [index, host] of hosts.entries()) {
      fakes[index]?.accessLog.push(
        line(host, 500, "new", 500),
        line(host, 600, "old"),
        line(host, 1_500, "new"),
        line(host, 1_600, "old"),
        line(host, 1_700, "old"),
      );
    }
    const request: TrafficRequest = {
      canary: "new",
      stable: ["old"],
      from: start,
      to: start + 2_000,
      tickMs: 1_000,
      slowMs: undefined,
      slowFrom: 0,
    };
    const input = { host: "web-1", hosts: hosts.map(({ name }) => name) };
    const { ticks, pages } = await watchedTraffic(input, request, context);
    expect(ticks.map(({ at }) => at)).toEqual([start + 1_000, start + 2_000]);
    expect(ticks.map(({ canary, stable }) => [canary.requests, canary.errors, stable.requests])).toEqual([
      [3, 3, 3],
      [3, 0, 6],
    ]);
    expect(pages).toMatchObject([{ canary: { requests: 6, failed: 3 }, stable: { requests: 9, failed: 0 } }]);
    const past = { stable: ["old"], from: start, to: start + 2_000, tickMs: 1_000, slowMs: 100 };
    const baseline = await watchedBefore(input, past, context);
    expect(baseline).toMatchObject({ requests: 9, from: start + 601, to: start + 2_000 });
  });
});
