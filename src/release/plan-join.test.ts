import { describe, expect, it } from "vitest";
import { runPlan } from "../engine/run-plan.ts";
import { occasion } from "../engine/testing/plans.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { planJoin } from "./plan-join.ts";
import { planLeave } from "./plan-leave.ts";
import { planMoveKeeper } from "./plan-move-keeper.ts";
import { processType, sampleProject, sampleRecord } from "./testing.ts";
import { releasesIn, sampleFleet, serve, type SampleFleet } from "./testing-fleet.ts";

const never = new AbortController().signal;
const project = sampleProject({
  processes: {
    web: processType(["w"], 2),
    worker: processType(["k"], 1),
    scheduler: { ...processType(["s"], 1), singleton: true },
  },
});
const environment = environmentOf();
const release = sampleRecord(project, "old");

function environmentOf() {
  const found = project.environments["staging"];
  if (found === undefined) throw new Error("the sample project has a staging environment");
  return found;
}

/** Two hosts serve; a third is what the test makes of it. All of them are behind a balancer. */
async function stage(third: "new" | "behind"): Promise<SampleFleet> {
  const fleet = await sampleFleet(project, 3);
  const [first, second, last] = fleet.hosts;
  if (first === undefined || second === undefined || last === undefined)
    throw new Error("there are three hosts");
  for (const host of [first, second]) host.inRotation = true;
  last.inRotation = false;
  await last.switchRoutes(1, [], never);
  await last.setCurrent(undefined, never);
  await last.stopInstances({ release: "old" }, never);
  await last.removeReleases(["old"], never);
  if (third === "behind") await serve(last, project, "older", true);
  last.calls.length = 0;
  return fleet;
}

async function join(fleet: SampleFleet) {
  return planJoin(factsOf(await fleet.observe()));
}

function factsOf(states: readonly HostState[]) {
  return { project, environment, fleet: states.slice(0, 2), joining: states.slice(2), release };
}

describe("a host that joins", () => {
  it.each(["new", "behind"] as const)(
    "that is %s serves the release in force, and enters rotation last of all",
    async (third) => {
      const fleet = await stage(third);
      const result = await runPlan(await join(fleet), occasion, fleet.engine());
      expect(result).toMatchObject({ outcome: "committed", error: undefined, outstanding: [] });
      const last = fleet.hosts[2];
      const state = await last?.observe(never);
      expect(state).toMatchObject({ current: "old", inRotation: true });
      expect(state && releasesIn(state)).toEqual(["old"]);
      const running = state?.instances.map(
        ({ id, retireAt }) => `${id.release}/${id.type}${retireAt ? " warm" : ""}`,
      );
      expect(new Set(running)).toEqual(
        new Set(["old/web", "old/worker", ...(third === "behind" ? ["older/web warm"] : [])]),
      );
      const calls = last?.calls.filter((call) => /^(setRotation|prove|smoke|setCurrent)/.test(call));
      expect(calls).toEqual(["smoke old", "prove", "setCurrent old", "setRotation true"]);
      for (const host of fleet.hosts.slice(0, 2)) {
        expect(host.calls.filter((call) => !call.startsWith("raiseFence"))).toEqual([]);
      }
    },
  );

  it("is brought the release that all could go back to, once it serves; a failure of that is told and left", async () => {
    const fleet = await stage("new");
    const states = await fleet.observe();
    const before = [sampleRecord(project, "older"), sampleRecord(project, "oldest")];
    const facts = { ...factsOf(states), before };
    const plan = planJoin(facts);
    expect(plan.phases[0]).toMatchObject({ name: "prepare" });
    expect(plan.phases.at(-1)).toMatchObject({ name: "before", committed: true });
    const result = await runPlan(planJoin(facts), occasion, fleet.engine());
    expect(result).toMatchObject({ outcome: "committed", outstanding: [] });
    const state = await fleet.hosts[2]?.observe(never);
    expect(state?.releases.map(({ id }) => id).toSorted()).toEqual(["old", "older", "oldest"]);
    expect(state?.current).toBe("old");
  });

  it("gets what serves from a host that has it, by way of this machine, and only where that has it not", async () => {
    const fleet = await stage("new");
    const states = await fleet.observe();
    const { artifact } = release;
    const before = [{ ...sampleRecord(project, "older"), artifact: "c".repeat(64) }];
    const facts = { ...factsOf(states), before };
    const takes = (of: Parameters<typeof planJoin>[0]) =>
      planJoin(of).phases.flatMap(({ name, operations }) =>
        operations.filter(({ kind }) => kind === "take-artifact").map(({ input }) => [name, input]),
      );
    expect(takes(facts)).toEqual([]);
    expect(takes({ ...facts, lacking: [artifact] })).toEqual([
      ["take", { host: "web-1", artifact, from: ["web-1", "web-2"] }],
    ]);
    expect(takes({ ...facts, lacking: ["c".repeat(64)] })).toMatchObject([["take-before", { from: [] }]]);
    expect(takes({ ...facts, joining: states.slice(0, 1), lacking: [artifact] })).toEqual([]);
  });

  it.each(["smoke", "prove", "setRotation"])(
    "that fails at %s stays out of rotation, and as it was",
    async (method) => {
      const fleet = await stage("behind");
      fleet.hosts[2]?.failNext(method, new CozyError("port-taken", { message: "not today" }));
      const result = await runPlan(await join(fleet), occasion, fleet.engine());
      expect(result).toMatchObject({ outcome: "undone", error: { code: "port-taken" } });
      const state = await fleet.hosts[2]?.observe(never);
      expect(state).toMatchObject({ current: "older", inRotation: false });
      expect(state && releasesIn(state)).toEqual(["older"]);
    },
  );
});

describe("a host that leaves", () => {
  it("leaves rotation first, hands over what runs only once, and ends its instances last", async () => {
    const fleet = await sampleFleet(project, 2);
    const [keeper, leaving] = fleet.hosts;
    if (keeper === undefined || leaving === undefined) throw new Error("there are two hosts");
    for (const host of fleet.hosts) host.inRotation = true;
    await keeper.stopInstances({ release: "old", types: ["scheduler"] }, never);
    await leaving.startInstances({ release: "old", types: ["scheduler"] }, never);
    leaving.calls.length = 0;
    const [first, second] = await fleet.observe();
    if (first === undefined || second === undefined) throw new Error("two hosts were observed");
    const plan = planLeave({ project, environment, fleet: [first], leaving: [second], release, leaveMs: 1 });
    expect(plan.phases.map(({ name, operations }) => [name, ...operations.map(({ host }) => host)])).toEqual([
      ["rotation", "web-2"],
      ["singletons", "web-2"],
      ["workers", "web-1", "web-1", "web-1"],
      ["end", "web-2", "web-2", "web-2"],
    ]);
    const result = await runPlan(plan, occasion, fleet.engine());
    expect(result).toMatchObject({ outcome: "committed", outstanding: [] });
    expect(await leaving.observe(never)).toMatchObject({
      routes: {},
      instances: [],
      current: undefined,
      inRotation: false,
    });
    const schedulers = (await keeper.observe(never)).instances.filter(({ id }) => id.type === "scheduler");
    expect(schedulers).toHaveLength(1);
    const calls = leaving.calls.filter((call) => !call.startsWith("raiseFence"));
    expect(calls).toEqual([
      "setRotation false",
      "stopInstances old scheduler",
      "switchRoutes",
      "stopInstances old web worker scheduler",
      "setCurrent",
    ]);
  });
});

describe("a keeper that was moved", () => {
  it("runs from now on what runs only once, when it has ended where it ran", async () => {
    const fleet = await sampleFleet(project, 3);
    const [first, second, third] = await fleet.observe();
    if (first === undefined || second === undefined || third === undefined)
      throw new Error("three hosts were observed");
    const facts = { project, environment, release };
    const plan = planMoveKeeper({ ...facts, fleet: [second, first, third] });
    expect(plan.phases.map(({ name, operations }) => [name, ...operations.map(({ host }) => host)])).toEqual([
      ["singletons", "web-1"],
      ["workers", "web-2", "web-2", "web-2"],
    ]);
    const result = await runPlan(plan, occasion, fleet.engine());
    expect(result).toMatchObject({ outcome: "committed", outstanding: [] });
    const after = await fleet.observe();
    const scheduling = after.filter(({ instances }) => instances.some(({ id }) => id.type === "scheduler"));
    expect(scheduling.map(({ host }) => host)).toEqual(["web-2"]);
    const again = planMoveKeeper({ ...facts, fleet: [after[1] ?? second, after[0] ?? first] });
    expect(again.phases).toEqual([]);
    expect(await runPlan(again, occasion, fleet.engine())).toMatchObject({ outcome: "committed" });
  });
});
