import { describe, expect, it } from "vitest";
import { memoryJournals } from "../engine/testing/memory-journals.ts";
import { occasion } from "../engine/testing/plans.ts";
import { neverInterrupted } from "../engine/testing/shelf.ts";
import type { Engine } from "../engine/engine.ts";
import { runPlan } from "../engine/run-plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import { releaseOperationKinds } from "./operations/index.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import {
  processType,
  sampleProject,
  sampleRecord,
  sampleRelease,
  sampleWorld,
  type SampleWorld,
} from "./testing.ts";
import type { ReleaseWorld } from "./world.ts";

const never = new AbortController().signal;
const hooks = { afterBuild: ["a"], beforeMigrate: ["b"], beforeSwitch: ["c"], afterDeploy: ["d"] };
const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 1),
  scheduler: { ...processType(["s"], 1), singleton: true },
};
const project = sampleProject({ hooks, processes });

function engineOver(world: SampleWorld): Engine<ReleaseWorld> {
  return {
    kinds: releaseOperationKinds,
    worldFor: () => world,
    hold: { token: 1, lost: never, confirm: async () => {} },
    journals: memoryJournals(),
    interrupt: neverInterrupted(),
    emit: () => {},
    now: () => 0,
    served: async () => [],
  };
}

/** A world in which `old` serves. */
async function serving(): Promise<SampleWorld> {
  const world = sampleWorld();
  const { fake } = world;
  await fake.placeRelease({ release: sampleRecord(project, "old"), variables: {}, persist: [] }, never);
  await fake.ensureAgents(world.proxy, never);
  await fake.startInstances({ release: "old" }, never);
  await fake.switchRoutes(1, [{ hundredths: 100, sockets: ["old/web.0.sock", "old/web.1.sock"] }], never);
  await fake.setCurrent("old", never);
  return world;
}

async function deploy(world: SampleWorld) {
  const environment = project.environments["staging"];
  if (!environment) throw new Error("the sample project has a staging environment");
  const observed = await world.fake.observe(never);
  const release = sampleRelease(project, "new", 10);
  const plan = planDeploy({
    project,
    environment,
    fleet: [observed],
    release,
    artifactKey: "key",
    artifactKnown: false,
  });
  return runPlan(plan, occasion, engineOver(world));
}

/** What a visitor and the next deploy would notice. */
function noticed({ releases, current, routes, instances }: HostState): unknown {
  return { releases: releases.map(({ id }) => id), current, routes, instances };
}

describe("a deploy, carried out", () => {
  it("ends with the new release in force, its workers started and the old one's ended", async () => {
    const world = await serving();
    expect(await deploy(world)).toMatchObject({ outcome: "committed", error: undefined, outstanding: [] });
    const state = await world.fake.observe(never);
    expect(state.current).toBe("new");
    expect(Object.keys(state.routes)).toEqual(["new/web.0.sock", "new/web.1.sock"]);
    const left = state.instances.map(
      ({ id, retireAt }) => `${id.release}/${id.type}.${id.index}${retireAt === undefined ? "" : " warm"}`,
    );
    expect(left.toSorted()).toEqual([
      "new/scheduler.0",
      "new/web.0",
      "new/web.1",
      "new/worker.0",
      "old/web.0 warm",
      "old/web.1 warm",
    ]);
    expect(world.fake.published).toContain("new");
  });

  it("never runs two schedulers", async () => {
    const world = await serving();
    let most = 0;
    const counting = new Proxy(world.fake, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (name !== "startInstances" && name !== "stopInstances") return value;
        return async (...args: Parameters<typeof target.startInstances>) => {
          const report =
            name === "startInstances" ? target.startInstances(...args) : target.stopInstances(...args);
          const result = await report;
          const { instances } = await target.observe(never);
          most = Math.max(most, instances.filter(({ id }) => id.type === "scheduler").length);
          return result;
        };
      },
    });
    expect(await deploy({ ...world, host: () => counting })).toMatchObject({ outcome: "committed" });
    expect(most).toBe(1);
    world.fake.failNext("awaitSteady", new CozyError("port-taken", { message: "not today" }));
    await deploy({ ...world, host: () => counting });
    expect(most).toBe(1);
  });

  const reversible = [
    "placeRelease",
    "ensureAgents",
    "runOnce",
    "startInstances",
    "awaitReady",
    "smoke",
    "publishStatic",
    "switchRoutes",
    "prove",
    "awaitSteady",
    "setCurrent",
  ];
  it.each(reversible)("goes back to what was when %s fails", async (method) => {
    const world = await serving();
    const before = noticed(await world.fake.observe(never));
    world.fake.failNext(method, new CozyError("port-taken", { message: "not today" }));
    const { outcome, error } = await deploy(world);
    expect({ outcome, code: error?.code }).toEqual({ outcome: "undone", code: "port-taken" });
    expect(noticed(await world.fake.observe(never))).toEqual(before);
  });

  it("goes back to what was when the database can't be backed up, and has migrated nothing", async () => {
    const world = await serving();
    const before = noticed(await world.fake.observe(never));
    world.memory.failNext(new CozyError("backup-failed", { message: "not today" }));
    expect(await deploy(world)).toMatchObject({ outcome: "undone", error: { code: "backup-failed" } });
    expect(noticed(await world.fake.observe(never))).toEqual(before);
    expect(world.fake.calls.filter((call) => call.startsWith("runOnce"))).toEqual(["runOnce a"]);
  });

  it.each(["a", "b", "c"])("is stopped by a hook that fails: %s", async (hook) => {
    const world = await serving();
    const before = noticed(await world.fake.observe(never));
    world.fake.exitCodes.set(hook, 6);
    expect(await deploy(world)).toMatchObject({ outcome: "undone", error: { code: "hook-failed" } });
    expect(noticed(await world.fake.observe(never))).toEqual(before);
  });

  it.each(["retireInstances", "stopInstances"])(
    "stays in force when %s fails afterwards, and says what is left",
    async (method) => {
      const world = await serving();
      // The first is the scheduler's, before the release is in force.
      if (method === "stopInstances")
        await world.fake.stopInstances({ release: "old", types: ["scheduler"] }, never);
      world.fake.failNext(method, new CozyError("port-taken", { message: "not today" }));
      const { outcome, outstanding } = await deploy(world);
      expect(outcome).toBe("committed");
      expect(outstanding).toHaveLength(1);
      expect((await world.fake.observe(never)).current).toBe("new");
    },
  );

  it("is fenced off at the switch when the lease was taken over", async () => {
    const world = await serving();
    const { routes } = await world.fake.observe(never);
    world.fake.token = 2;
    expect((await deploy(world)).outcome).toBe("interrupted");
    expect((await world.fake.observe(never)).routes).toEqual(routes);
  });
});

describe("a rollback, carried out", () => {
  it("brings the warm release back, and one that fails leaves it warm", async () => {
    const world = await serving();
    await deploy(world);
    const environment = project.environments["staging"];
    if (!environment) throw new Error("the sample project has a staging environment");
    const before = noticed(await world.fake.observe(never));
    const planNow = async () =>
      planRollback({
        project,
        environment,
        fleet: [await world.fake.observe(never)],
        release: sampleRecord(project, "old"),
      });
    world.fake.failNext("prove", new CozyError("port-taken", { message: "not today" }));
    expect(await runPlan(await planNow(), occasion, engineOver(world))).toMatchObject({ outcome: "undone" });
    expect(noticed(await world.fake.observe(never))).toEqual(before);
    expect(await runPlan(await planNow(), occasion, engineOver(world))).toMatchObject({
      outcome: "committed",
    });
    expect((await world.fake.observe(never)).current).toBe("old");
  });
});
