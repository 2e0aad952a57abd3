import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import { isCold, joinStarts, releaseStarts, scaleStarts } from "./host-starts.ts";
import { sampleRelease } from "./testing.ts";
import { countsOf, instancesOf, projectOfThree } from "./testing-starts.ts";

const environment = projectOfThree.environments["staging"]!;
const release = sampleRelease(projectOfThree, "now");

function host(name: string, running: readonly string[], over: Partial<HostState> = {}): HostState {
  return sampleHostState(name, {
    current: "now",
    instances: instancesOf(running, { memoryBytes: 1 }),
    ...over,
  });
}

const all = ["now/web", "now/web", "now/worker"];
const facts = (...fleet: HostState[]) => ({ environment, fleet, release });

describe("what is started", () => {
  it("by a scale is what is more than runs, on each host", () => {
    const fleet = facts(host("a", [...all, "now/clock"]), host("b", all));
    expect(countsOf(scaleStarts(fleet, { web: 5, worker: 0 }))).toEqual({ a: { web: 3 }, b: { web: 3 } });
    expect(countsOf(scaleStarts(fleet, { web: 1 }))).toEqual({ a: {}, b: {} });
  });

  it("by a scale is nothing where the release stands still", () => {
    const still = facts(host("a", [...all, "now/clock"], { supervised: false }), host("b", []));
    expect(countsOf(scaleStarts(still, { web: 9 }))).toEqual({ a: {}, b: {} });
  });

  it("by a join is all that a joining host runs, as the keeper is scaled, and nothing elsewhere", () => {
    const [keeper, fresh] = [
      host("a", all, { scale: { web: 3 } }),
      host("b", ["old/web"], { current: "old" }),
    ];
    const starts = joinStarts(facts(keeper, fresh), [fresh]);
    expect(countsOf(starts)).toEqual({ a: {}, b: { web: 3, worker: 1 } });
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
