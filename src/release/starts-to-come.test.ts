import { describe, expect, it } from "vitest";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import type { InstanceStatus } from "../instances/instance.ts";
import { sampleStatus } from "../instances/testing/sample-status.ts";
import { releaseIn } from "./operations/place-release.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import { planScale } from "./plan-scale.ts";
import { startsToCome } from "./starts-to-come.ts";
import { processType, sampleProject, sampleRecord, sampleRelease } from "./testing.ts";

const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 1),
  clock: { ...processType(["c"], 1), singleton: true },
};
const project = sampleProject({ processes });
const environment = project.environments["staging"]!;
const serving = ["old/web", "old/web", "old/worker"];

function host(
  name: string,
  running: readonly string[],
  over: Partial<HostState> = {},
  each: Partial<InstanceStatus> = {},
): HostState {
  return sampleHostState(name, {
    current: "old",
    instances: running.map((one, index) => {
      const [release = "", type = ""] = one.split("/");
      return sampleStatus({ release, type, index }, each);
    }),
    ...over,
  });
}

describe("what a deploy that was cut off has yet to start", () => {
  const plan = planDeploy({
    project,
    environment,
    fleet: [host("a", [...serving, "old/clock"]), host("b", serving)],
    release: sampleRelease(project, "new"),
    artifactKey: "key",
    artifactKnown: false,
  });

  function toCome(...fleet: readonly HostState[]) {
    const release = releaseIn(plan);
    if (release === undefined) throw new Error("a deploy lays its release");
    return startsOf(startsToCome({ environment, fleet, release }, plan));
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
  const release = sampleRecord(project, "old");
  const before = [host("a", [...serving, "old/clock"]), host("b", serving)];
  const facts = { project, environment, fleet: before, release };
  const plan = planScale({ ...facts, scale: { web: 4 }, subject: "web=4" });

  it("is what is more than runs, though the counts are not kept yet", () => {
    const starts = startsToCome({ environment, fleet: before, release }, plan);
    expect(startsOf(starts)).toEqual({ a: { web: 2 }, b: { web: 2 } });
  });

  it("is nothing where one more runs on a host", () => {
    const [first] = before;
    const fleet = [first!, host("b", [...serving, "old/web"])];
    expect(startsOf(startsToCome({ environment, fleet, release }, plan))).toEqual({ a: {}, b: {} });
  });
});

describe("what a rollback that was cut off has yet to start", () => {
  it("is not what is warm", () => {
    const release = sampleRecord(project, "before");
    const fleet = [host("a", ["before/web", "before/web"], {}, { retireAt: 1_000 })];
    const plan = planRollback({ project, environment, fleet, release });
    expect(startsOf(startsToCome({ environment, fleet, release }, plan))).toEqual({
      a: { clock: 1, worker: 1 },
    });
  });
});

function startsOf(hosts: ReturnType<typeof startsToCome>) {
  return Object.fromEntries(
    hosts.map(({ observed, starts }) => [
      observed.host,
      Object.fromEntries(starts.map(({ type, count }) => [type, count])),
    ]),
  );
}
