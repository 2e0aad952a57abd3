import { describe, expect, it } from "vitest";
import { memoryJournals } from "../engine/testing/memory-journals.ts";
import { occasion } from "../engine/testing/plans.ts";
import { neverInterrupted } from "../engine/testing/shelf.ts";
import { runPlan } from "../engine/run-plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Scale } from "./instance-types.ts";
import { releaseOperationKinds } from "./operations/index.ts";
import { planScale } from "./plan-scale.ts";
import type { Plan } from "./plan.ts";
import { scaleFrom } from "./scale-request.ts";
import { processType, sampleProject, sampleRecord, sampleWorld, type SampleWorld } from "./testing.ts";

const never = new AbortController().signal;
const project = sampleProject({
  processes: {
    web: processType(["w"], 2),
    worker: processType(["k"], 1),
    scheduler: { ...processType(["s"], 1), singleton: true },
  },
});
const release = sampleRecord(project, "r1");
const environment = environmentOf(project);

function environmentOf({ environments }: typeof project) {
  const found = environments["staging"];
  if (!found) throw new Error("the sample project has a staging environment");
  return found;
}

async function serving(): Promise<SampleWorld> {
  const world = sampleWorld();
  const { fake } = world;
  await fake.placeRelease({ release, variables: {}, persist: [] }, never);
  await fake.ensureAgents(world.proxy, never);
  await fake.startInstances({ release: "r1" }, never);
  await fake.switchRoutes(1, [{ hundredths: 100, sockets: ["r1/web.0.sock", "r1/web.1.sock"] }], never);
  await fake.setCurrent("r1", never);
  return world;
}

async function planFor({ fake }: SampleWorld, scale: Scale): Promise<Plan> {
  const observed = await fake.observe(never);
  return planScale({ project, environment, fleet: [observed], release, scale, subject: "some" });
}

async function scaled(world: SampleWorld, scale: Scale) {
  return runPlan(await planFor(world, scale), occasion, {
    kinds: releaseOperationKinds,
    worldFor: () => world,
    hold: { token: 1, lost: never, confirm: async () => {} },
    journals: memoryJournals(),
    interrupt: neverInterrupted(),
    emit: () => {},
    now: () => 0,
    served: async () => [],
  });
}

async function seen({ fake }: SampleWorld) {
  const { instances, routes, scale } = await fake.observe(never);
  return {
    scale,
    routes,
    instances: instances.map(({ id }) => `${id.type}.${id.index}`).toSorted(),
  };
}

function outline(plan: Plan): string[] {
  return plan.phases.flatMap(({ name, committed, operations }) =>
    operations.map(({ title }) => `${name}${committed ? " (committed)" : ""}: ${title}`),
  );
}

describe("planScale", () => {
  it("starts more, waits for them, and spreads the traffic over all", async () => {
    expect(outline(await planFor(await serving(), { web: 4, worker: 2 }))).toEqual([
      "start: keep some",
      "start: start web ×4, worker ×2",
      "start: ready: GET /ready",
      "start: worker stays up",
      "switch: spread the traffic over 4",
      "switch: prove what is served",
    ]);
  });

  it("takes the traffic away before it ends what is too many", async () => {
    expect(outline(await planFor(await serving(), { web: 1, worker: 0 }))).toEqual([
      "start: keep some",
      "switch: spread the traffic over 1",
      "switch: prove what is served",
      "settle (committed): keep web ×1, worker ×0",
    ]);
  });

  it("only keeps the counts of an environment that stands still, or where they are so already", async () => {
    const world = await serving();
    expect(outline(await planFor(world, { web: 2 }))).toEqual(["start: keep some"]);
    await world.fake.stopAgents(never);
    expect(outline(await planFor(world, { web: 5 }))).toEqual(["start: keep some"]);
  });

  it("leaves a canary its share", async () => {
    const world = await serving();
    const { fake } = world;
    await fake.switchRoutes(
      1,
      [
        { hundredths: 90, sockets: ["r1/web.0.sock", "r1/web.1.sock"] },
        { hundredths: 10, sockets: ["r2/web.0.sock"] },
      ],
      never,
    );
    const plan = await planFor(world, { web: 3 });
    const operations = plan.phases.flatMap((phase) => phase.operations);
    expect(operations.find(({ kind }) => kind === "switch-routes")?.input).toMatchObject({
      to: [
        { hundredths: 90, sockets: ["r1/web.0.sock", "r1/web.1.sock", "r1/web.2.sock"] },
        { hundredths: 10, sockets: ["r2/web.0.sock"] },
      ],
    });
  });
});

describe("a scale, carried out", () => {
  it("goes up and down, and nothing of the other types is touched", async () => {
    const world = await serving();
    expect(await scaled(world, { web: 3 })).toMatchObject({ outcome: "committed", outstanding: [] });
    expect((await seen(world)).instances).toEqual(["scheduler.0", "web.0", "web.1", "web.2", "worker.0"]);
    expect(await scaled(world, { web: 1, worker: 0 })).toMatchObject({ outcome: "committed" });
    expect(await seen(world)).toEqual({
      scale: { web: 1, worker: 0 },
      routes: { "r1/web.0.sock": 100 },
      instances: ["scheduler.0", "web.0"],
    });
    expect(await scaled(world, {})).toMatchObject({ outcome: "committed" });
    expect((await seen(world)).instances).toEqual(["scheduler.0", "web.0", "web.1", "worker.0"]);
  });

  it.each(["setScale", "startInstances", "awaitReady", "awaitSteady", "switchRoutes", "prove"])(
    "goes back to what was when %s fails",
    async (method) => {
      const world = await serving();
      const before = await seen(world);
      world.fake.failNext(method, new CozyError("port-taken", { message: "not today" }));
      expect(await scaled(world, { web: 4, worker: 3 })).toMatchObject({
        outcome: "undone",
        error: { code: "port-taken" },
      });
      expect(await seen(world)).toEqual(before);
    },
  );

  it("leaves what has streams until their deadline", async () => {
    const world = await serving();
    world.fake.inFlightBySocket = { "r1/web.1.sock": { requests: 0, streams: 2 } };
    await scaled(world, { web: 1 });
    const { instances, routes } = await world.fake.observe(never);
    expect(Object.keys(routes)).toEqual(["r1/web.0.sock"]);
    expect(instances.find(({ id }) => id.type === "web" && id.index === 1)?.retireAt).toBe(300_000);
  });
});

describe("scaleFrom", () => {
  const before = { web: 3, worker: 5 };

  it("changes what it is told and takes back what is the file's again", () => {
    expect(scaleFrom(["web=4"], before, release, environment)).toEqual({ web: 4, worker: 5 });
    expect(scaleFrom(["web=config", "worker=0"], before, release, environment)).toEqual({ worker: 0 });
  });

  it.each([
    ["web=0", "not-scalable", /at least one/],
    ["scheduler=2", "not-scalable", /singleton/],
    ["wbe=2", "unknown-process-type", /did you mean web\?/],
    ["schedules=2", "unknown-process-type", /no process type "schedules"/],
    ["web=65", "wrong-usage", /up to 64/],
    ["web=-1", "wrong-usage", /whole number/],
    ["web=2.5", "wrong-usage", /whole number/],
    ["web=", "wrong-usage", /is no count/],
    ["web", "wrong-usage", /is no count/],
    ["=3", "wrong-usage", /is no count/],
  ])("refuses %s", (word, code, message) => {
    expect(() => scaleFrom([word], before, release, environment)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it("refuses a second instance where sessions are in the memory of the one", () => {
    const alone = { ...environment, services: { sessions: "memory" } } as const;
    expect(() => scaleFrom(["web=2"], {}, release, alone)).toThrow(/in the memory/);
    expect(scaleFrom(["web=1", "worker=2"], {}, release, alone)).toEqual({ web: 1, worker: 2 });
  });
});
