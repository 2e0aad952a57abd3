import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import { sampleStatus } from "../instances/testing/sample-status.ts";
import { isCold, joinStarts, releaseStarts, scaleStarts, type HostStarts } from "./host-starts.ts";
import { processType, sampleProject, sampleRelease } from "./testing.ts";

const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 1),
  clock: { ...processType(["c"], 1), singleton: true },
};
const project = sampleProject({ processes });
const environment = project.environments["staging"]!;
const release = sampleRelease(project, "now");

function host(name: string, running: readonly string[], over: Partial<HostState> = {}): HostState {
  return sampleHostState(name, {
    current: "now",
    instances: running.map((one, at) => {
      const [of = "", type = ""] = one.split("/");
      return sampleStatus({ release: of, type, index: at }, { memoryBytes: 1 });
    }),
    ...over,
  });
}

function startsOf(hosts: readonly HostStarts[]): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(
    hosts.map(({ observed, starts }) => [
      observed.host,
      Object.fromEntries(starts.map(({ type, count }) => [type, count])),
    ]),
  );
}

const all = ["now/web", "now/web", "now/worker"];
const facts = (...fleet: HostState[]) => ({ environment, fleet, release });

describe("what is started", () => {
  it("by a scale is what is more than runs, on each host", () => {
    const fleet = facts(host("a", [...all, "now/clock"]), host("b", all));
    expect(startsOf(scaleStarts(fleet, { web: 5, worker: 0 }))).toEqual({ a: { web: 3 }, b: { web: 3 } });
    expect(startsOf(scaleStarts(fleet, { web: 1 }))).toEqual({ a: {}, b: {} });
  });

  it("by a scale is nothing where the release stands still", () => {
    const still = facts(host("a", [...all, "now/clock"], { supervised: false }), host("b", []));
    expect(startsOf(scaleStarts(still, { web: 9 }))).toEqual({ a: {}, b: {} });
  });

  it("by a join is all that a joining host runs, as the keeper is scaled, and nothing elsewhere", () => {
    const [keeper, fresh] = [
      host("a", all, { scale: { web: 3 } }),
      host("b", ["old/web"], { current: "old" }),
    ];
    const starts = joinStarts(facts(keeper, fresh), [fresh]);
    expect(startsOf(starts)).toEqual({ a: {}, b: { web: 3, worker: 1 } });
    expect(starts.map(({ observed }) => observed.instances.length)).toEqual([3, 1]);
  });
});

describe("a release to go back to", () => {
  it.each<[string, readonly string[], boolean]>([
    ["is cold where nothing of it runs", ["other/web"], true],
    ["is cold where a web instance of it is missing", ["now/web"], true],
    ["is warm where only its workers have to follow", ["now/web", "now/web", "other/worker"], false],
  ])("%s", (_, running, cold) => {
    expect(isCold(releaseStarts(facts(host("a", running))))).toBe(cold);
  });

  it("is cold where it is so on one host of several", () => {
    expect(isCold(releaseStarts(facts(host("a", all), host("b", all))))).toBe(false);
    expect(isCold(releaseStarts(facts(host("a", all), host("b", []))))).toBe(true);
  });
});
