import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import { releaseIn } from "./operations/place-release.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import { planScale } from "./plan-scale.ts";
import { startsToCome } from "./starts-to-come.ts";
import { sampleRecord, sampleRelease } from "./testing.ts";
import { countsOf, instancesOf, projectOfThree } from "./testing-starts.ts";

const environment = projectOfThree.environments["staging"]!;
const serving = ["old/web", "old/web", "old/worker"];

function host(
  name: string,
  running: readonly string[],
  over: Partial<HostState> = {},
  each: Partial<InstanceStatus> = {},
): HostState {
  return sampleHostState(name, { current: "old", instances: instancesOf(running, each), ...over });
}

describe("what a deploy that was cut off has yet to start", () => {
  const plan = planDeploy({
    project: projectOfThree,
    environment,
    fleet: [host("a", [...serving, "old/clock"]), host("b", serving)],
    release: sampleRelease(projectOfThree, "new"),
    artifactKey: "key",
    artifactKnown: false,
  });

  function toCome(...fleet: readonly HostState[]) {
    const release = releaseIn(plan);
    if (release === undefined) throw new Error("a deploy lays its release");
    return countsOf(startsToCome({ environment, fleet, release }, plan));
  }

  it("is all of it on each host, where nothing has begun; of singletons what runs nowhere yet", () => {
    const web = { web: 2, worker: 1 };
    expect(toCome(host("a", [...serving, "old/clock"]), host("b", serving))).toEqual({ a: web, b: web });
    expect(toCome(host("a", []), host("b", []))).toEqual({ a: { ...web, clock: 1 }, b: web });
  });

  it("is as much as the counts that are in force say", () => {
    expect(toCome(host("a", serving, { scale: { web: 5 } }), host("b", serving))).toMatchObject({
      a: { web: 5 },
      b: { web: 5 },
    });
  });

  it("is nothing where a host has begun to start the release", () => {
    expect(toCome(host("a", serving), host("b", [...serving, "new/web"]))).toEqual({ a: {}, b: {} });
  });

  it("is all of it again where what was started has been stopped", () => {
    const stopped = host("b", ["new/web"], {}, { state: "stopped" });
    expect(toCome(host("a", serving), stopped)).toMatchObject({ a: { web: 2 }, b: { web: 2 } });
  });
});

describe("what a scale that was cut off has yet to start", () => {
  const release = sampleRecord(projectOfThree, "old");
  const before = [host("a", [...serving, "old/clock"]), host("b", serving)];
  const facts = { project: projectOfThree, environment, fleet: before, release };
  const plan = planScale({ ...facts, scale: { web: 4 }, subject: "web=4" });

  it("is what is more than runs, though the counts are not kept yet", () => {
    const starts = startsToCome({ environment, fleet: before, release }, plan);
    expect(countsOf(starts)).toEqual({ a: { web: 2 }, b: { web: 2 } });
  });

  it("is nothing where one more runs on a host", () => {
    const [first] = before;
    const fleet = [first!, host("b", [...serving, "old/web"])];
    expect(countsOf(startsToCome({ environment, fleet, release }, plan))).toEqual({ a: {}, b: {} });
  });
});

describe("what a rollback that was cut off has yet to start", () => {
  it("is not what is warm", () => {
    const release = sampleRecord(projectOfThree, "before");
    const fleet = [host("a", ["before/web", "before/web"], {}, { retireAt: 1_000 })];
    const plan = planRollback({ project: projectOfThree, environment, fleet, release });
    expect(countsOf(startsToCome({ environment, fleet, release }, plan))).toEqual({
      a: { clock: 1, worker: 1 },
    });
  });
});
