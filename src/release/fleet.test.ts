import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { watchOf } from "../canary/testing/ticks.ts";
import { parseJournal } from "../engine/journal.ts";
import { unfinishedJournal } from "../engine/journal-store.ts";
import type { LaneRunner } from "../engine/lane.ts";
import { abortPlan, resumePlan, runPlan } from "../engine/run-plan.ts";
import { occasion, someone } from "../engine/testing/plans.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import type { Fleet } from "./fleet.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import type { Plan } from "./plan.ts";
import { processType, sampleProject, sampleRecord, sampleRelease } from "./testing.ts";
import { releasesIn, sampleFleet, serve, shareOf, type SampleFleet } from "./testing-fleet.ts";

const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 1),
  scheduler: { ...processType(["s"], 1), singleton: true },
};
const hooks = { beforeSwitch: ["c"], afterDeploy: ["d"] };

function projectOf(change: Partial<Environment> = {}): Project {
  return sampleProject({ hooks, processes }, change);
}

function environmentOf(project: Project): Environment {
  const environment = project.environments["staging"];
  if (environment === undefined) throw new Error("the sample project has a staging environment");
  return environment;
}

function deployOf(fleet: Fleet, project = projectOf(), more: { without?: string[] } = {}): Plan {
  return planDeploy({
    project,
    environment: environmentOf(project),
    fleet,
    release: sampleRelease(project, "new", 10),
    artifactKey: "key",
    artifactKnown: false,
    ...more,
  });
}

/** `start: start 2 web instances @web-1 @web-2`, a line for what is done on every host. */
function outline({ phases }: Plan): string[] {
  return phases.flatMap(({ name, operations }) =>
    [...Map.groupBy(operations, ({ title }) => title)].map(
      ([title, same]) => `${name}: ${title} ${same.map(({ host }) => `@${host}`).join(" ")}`,
    ),
  );
}

const both = "@web-1 @web-2";

describe("a plan for a fleet", () => {
  it("has a barrier wherever no host may go ahead, and does once what is done once", async () => {
    const { observe } = await sampleFleet(projectOf(), 2);
    expect(outline(deployOf(await observe()))).toEqual([
      "build: build the artifact @web-1",
      `prepare: place release new ${both}`,
      `prepare: supervisor and proxy ${both}`,
      "migrate: back up the database @web-1",
      "migrate: node migrate.js @web-1",
      `start: start 2 web instances ${both}`,
      `start: ready: GET /ready ${both}`,
      `start: 1 smoke check ${both}`,
      `start: publish static files ${both}`,
      "before-switch: hook beforeSwitch @web-1",
      `switch: switch the route table ${both}`,
      `switch: prove what is served ${both}`,
      "workers: stop scheduler of old @web-1",
      "workers: start scheduler @web-1",
      `workers: start worker ${both}`,
      "workers: scheduler, worker stay up @web-1",
      "workers: worker stays up @web-2",
      `current: name it current ${both}`,
      `settle: stop worker of old ${both}`,
      `settle: drain old ${both}`,
      "finish: hook afterDeploy @web-1",
      "finish: count lost requests @web-1",
    ]);
  });

  it("ends a singleton wherever it runs before its successor starts on the first host", async () => {
    const { hosts, observe } = await sampleFleet(projectOf(), 2);
    const never = new AbortController().signal;
    await hosts[0]?.stopInstances({ release: "old", types: ["scheduler"] }, never);
    await hosts[1]?.startInstances({ release: "old", types: ["scheduler"] }, never);
    const lines = outline(deployOf(await observe()));
    expect(lines.slice(lines.findIndex((line) => line.startsWith("singletons")))).toEqual(
      expect.arrayContaining(["singletons: stop scheduler of old @web-2", "workers: start scheduler @web-1"]),
    );
    const phases = deployOf(await observe()).phases.map(({ name }) => name);
    expect(phases.indexOf("singletons")).toBe(phases.indexOf("workers") - 1);
  });

  it("gives a new host the release like any other, with the counts of the others, and a share only in the end", async () => {
    const watch = watchOf(300_000);
    const project = projectOf({ strategy: { kind: "canary", steps: [5, 50], watch } });
    const { hosts, observe } = await sampleFleet(project, 2);
    const fresh = await sampleFleet(project, 1, ["web-3"]);
    const [added] = fresh.hosts;
    if (added === undefined) throw new Error("there is a third host");
    await emptied(added);
    added.inRotation = false;
    await hosts[0]?.setScale({ web: 3 }, new AbortController().signal);
    await hosts[1]?.setScale({ web: 3 }, new AbortController().signal);
    const plan = deployOf([...(await observe()), ...(await fresh.observe())], project);
    const lines = outline(plan);
    expect(lines).toEqual(
      expect.arrayContaining([
        "prepare: place release new @web-1 @web-2 @web-3",
        "prepare: keep the counts of the others @web-3",
        "start: start 3 web instances @web-1 @web-2 @web-3",
        `canary-5: move 5 % of the traffic ${both}`,
        `canary-50: move 50 % of the traffic ${both}`,
        "switch: switch the route table @web-1 @web-2 @web-3",
        "switch: put it into rotation @web-3",
      ]),
    );
    const watching = plan.phases
      .flatMap(({ operations }) => operations)
      .filter(({ kind }) => kind === "watch-release");
    expect(watching.map(({ host, input }) => [host, input])).toEqual([
      ["web-1", expect.objectContaining({ hosts: ["web-1", "web-2"], stable: ["old"], instances: 3 })],
      ["web-1", expect.objectContaining({ hosts: ["web-1", "web-2"], last: true })],
    ]);
    const order = plan.phases.map(({ name }) => name);
    expect(order.slice(order.indexOf("start"), order.indexOf("switch") + 1)).toEqual([
      "start",
      "before-switch",
      "canary-5",
      "watch-5",
      "canary-50",
      "watch-50",
      "switch",
    ]);
  });

  it("prunes on each host what that host has too many of, and says who is left out", async () => {
    const project = projectOf();
    const { hosts, observe } = await sampleFleet(project, 2);
    for (const [index, id] of ["r1", "r2", "r3"].entries()) {
      const record = sampleRecord(project, id, index - 10);
      await hosts[1]?.placeRelease(
        { release: record, variables: {}, persist: [] },
        new AbortController().signal,
      );
    }
    const plan = deployOf(await observe(), project, { without: ["web-3"] });
    expect(plan.without).toEqual(["web-3"]);
    const prunes = plan.phases
      .flatMap(({ operations }) => operations)
      .filter(({ kind }) => kind === "prune-releases");
    expect(prunes.map(({ host, input }) => [host, input])).toEqual([
      ["web-2", { host: "web-2", releases: ["r1", "r2"], artifacts: false }],
    ]);
  });
});

async function emptied(host: SampleFleet["hosts"][number]): Promise<void> {
  const never = new AbortController().signal;
  await host.switchRoutes(1, [], never);
  await host.setCurrent(undefined, never);
  await host.stopInstances({ release: "old" }, never);
  await host.removeReleases(["old"], never);
}

/** What a visitor and the next deploy would notice of a host. */
function noticed({ releases, current, routes, instances, inRotation }: HostState): unknown {
  const running = instances.map(
    ({ id, retireAt }) => `${id.release}/${id.type}.${id.index} ${retireAt ?? ""}`,
  );
  return { releases: releases.map(({ id }) => id), current, routes, running: running.toSorted(), inRotation };
}

describe.each([
  ["whose hosts carry lanes out by themselves", true],
  ["whose operations are carried out from here", false],
])("a deploy to a fleet %s", (_name, lanes) => {
  it("ends with the release in force on every host and one scheduler over all", async () => {
    const fleet = await sampleFleet(projectOf(), 3);
    const result = await runPlan(deployOf(await fleet.observe()), occasion, fleet.engine({ lanes }));
    expect(result).toMatchObject({ outcome: "committed", error: undefined, outstanding: [] });
    const states = await fleet.observe();
    for (const state of states) {
      expect(state.current).toBe("new");
      expect(releasesIn(state)).toEqual(["new"]);
    }
    const schedulers = states.flatMap(({ host, instances }) =>
      instances.filter(({ id }) => id.type === "scheduler").map(({ id }) => `${host} ${id.release}`),
    );
    expect(schedulers).toEqual(["web-1 new"]);
    expect(result.serves).toEqual(["web-1", "web-2", "web-3"].map((host) => ({ host, release: "new" })));
  });

  const methods = [
    "placeRelease",
    "ensureAgents",
    "startInstances",
    "awaitReady",
    "smoke",
    "publishStatic",
    "switchRoutes",
    "prove",
    "awaitSteady",
    "setCurrent",
  ];
  const failures = ["web-1", "web-2", "web-3"].flatMap((host) =>
    methods.map((method) => [method, host] as const),
  );

  it.each(failures)("goes back on every host when %s fails on %s", async (method, name) => {
    const fleet = await sampleFleet(projectOf(), 3);
    const before = (await fleet.observe()).map(noticed);
    fleet.hosts
      .find((host) => host.name === name)
      ?.failNext(method, new CozyError("port-taken", { message: "not today" }));
    const result = await runPlan(deployOf(await fleet.observe()), occasion, fleet.engine({ lanes }));
    expect(result).toMatchObject({ outcome: "undone", error: { code: "port-taken" } });
    expect(result.error?.state).toBe("Everything was taken back. web-1, web-2, web-3 serve old.");
    expect((await fleet.observe()).map(noticed)).toEqual(before);
    expect(await unfinishedJournal(fleet.journals)).toBeUndefined();
  });

  it("takes the others back when a host dies at the switch, says what is not known, and an abort ends it when it is back", async () => {
    const fleet = await sampleFleet(projectOf(), 3);
    const before = (await fleet.observe()).map(noticed);
    const plan = deployOf(await fleet.observe());
    const dying = fleet.hosts[1];
    if (dying === undefined) throw new Error("there is a second host");
    const prove = dying.prove.bind(dying);
    dying.prove = async (...args) => {
      dying.dead = true;
      return prove(...args);
    };
    const result = await runPlan(plan, occasion, fleet.engine({ lanes }));
    expect(result.outcome).toBe("interrupted");
    expect(result.error).toMatchObject({ code: "undo-incomplete" });
    expect(result.error?.state).toBe(
      "All others were. web-1, web-3 serve old. What web-2 serves is not known now.",
    );
    expect(result.error?.next).toBe("cozy abort staging, once web-2 is back; without: add --without web-2");
    dying.dead = false;
    dying.prove = prove;
    const journal = await unfinishedJournal(fleet.journals);
    if (journal === undefined) throw new Error("the journal is open");
    expect(await abortPlan(journal, someone, fleet.engine({ lanes }))).toMatchObject({ outcome: "undone" });
    expect((await fleet.observe()).map(noticed)).toEqual(before);
  });

  it("is aborted without a host that is gone for good", async () => {
    const fleet = await sampleFleet(projectOf(), 2);
    const [first, gone] = fleet.hosts;
    const plan = deployOf(await fleet.observe());
    if (first === undefined || gone === undefined) throw new Error("there are two hosts");
    first.failNext("prove", new CozyError("port-taken", { message: "not today" }));
    gone.prove = async () => {
      gone.dead = true;
      throw new CozyError("host-unreachable", { message: "web-2 can't be reached." });
    };
    expect(await runPlan(plan, occasion, fleet.engine({ lanes }))).toMatchObject({ outcome: "interrupted" });
    const journal = await unfinishedJournal(fleet.journals);
    if (journal === undefined) throw new Error("the journal is open");
    const again = await abortPlan(journal, someone, fleet.engine({ lanes }));
    expect(again.error?.code).toBe("undo-incomplete");
    const open = await unfinishedJournal(fleet.journals);
    if (open === undefined) throw new Error("the journal is open still");
    const without = await abortPlan(open, someone, fleet.engine({ lanes }), ["web-2"]);
    expect(without).toMatchObject({ outcome: "undone", error: undefined });
    expect(releasesIn(await first.observe(new AbortController().signal))).toEqual(["old"]);
  });

  it("takes nothing back when a newer deployer has fenced it off, on whichever host", async () => {
    const fleet = await sampleFleet(projectOf(), 3);
    const plan = deployOf(await fleet.observe());
    const lost = new AbortController();
    const last = fleet.hosts[2];
    if (last === undefined) throw new Error("there is a third host");
    const smoke = last.smoke.bind(last);
    last.smoke = async (...args) => {
      // Another deployer takes the lease over: it reaches this host alone.
      last.token = 2;
      return smoke(...args);
    };
    const confirm = async () => {
      if (last.token === 2) lost.abort(new CozyError("lease-lost", { message: "another took it" }));
      lost.signal.throwIfAborted();
    };
    const engine = fleet.engine({ lanes, hold: { token: 1, lost: lost.signal, confirm } });
    const result = await runPlan(plan, occasion, engine);
    expect(result).toMatchObject({ outcome: "interrupted", error: { code: "lease-lost" } });
    expect(releasesIn(await last.observe(new AbortController().signal))).toEqual(["old"]);
  });
});

describe("a host that could not be reached", () => {
  it("is left out, keeps what it serves, and is brought along by the next deploy, one scheduler over all", async () => {
    const never = new AbortController().signal;
    const project = projectOf();
    const fleet = await sampleFleet(project, 3);
    const states = await fleet.observe();
    const away = fleet.hosts[2];
    if (away === undefined) throw new Error("there is a third host");
    // It ran the scheduler when it was last seen.
    await away.startInstances({ release: "old", types: ["scheduler"] }, never);
    away.dead = true;
    const without = deployOf(states.slice(0, 2), project, { without: ["web-3"] });
    expect(await runPlan(without, occasion, fleet.engine())).toMatchObject({ outcome: "committed" });
    const [name = ""] = await fleet.journals.list();
    const header = parseJournal(name, await fleet.journals.read(name)).header;
    expect(header.plan.without).toEqual(["web-3"]);

    away.dead = false;
    expect(releasesIn(await away.observe(never))).toEqual(["old"]);
    const next = planDeploy({
      project,
      environment: environmentOf(project),
      fleet: await fleet.observe(),
      release: sampleRelease(project, "next", 20),
      artifactKey: "key",
      artifactKnown: false,
    });
    const later = { ...fleet.engine(), now: () => 1_000 };
    expect(await runPlan(next, occasion, later)).toMatchObject({ outcome: "committed", outstanding: [] });
    const after = await fleet.observe();
    expect(after.map(releasesIn)).toEqual([["next"], ["next"], ["next"]]);
    const schedulers = after.flatMap(({ host, instances }) =>
      instances.filter(({ id }) => id.type === "scheduler").map(({ id }) => `${host} ${id.release}`),
    );
    expect(schedulers).toEqual(["web-1 next"]);
  });
});

describe("a host that is cut off in the middle of what it was told", () => {
  // A start and an end of each that it was told to do.
  const cuts = [
    ...[0, 1, 2, 3].map((told) => ["web-2", "switch-routes", told] as const),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((told) => ["web-1", "stop-singletons", told] as const),
  ];

  it.each(cuts)(
    "goes on by itself, and is taken back with the others: %s, %s, %i words",
    async (cutOff, kindThere, told) => {
      const fleet = await sampleFleet(projectOf(), 2);
      const before = (await fleet.observe()).map(noticed);
      const engine = fleet.engine();
      let cut = false;
      const of = (name: string): LaneRunner | undefined => {
        const lane = engine.lanes?.of(name);
        if (lane === undefined || name !== cutOff) return lane;
        return {
          async run(order, tell, signal) {
            if (cut || !order.operations.some(({ kind }) => kind === kindThere))
              return lane.run(order, tell, signal);
            cut = true;
            let left = told;
            await lane.run(order, (event) => void ((left -= 1) >= 0 && tell(event)), signal);
            throw new CozyError("host-connection-lost", { message: "The connection was lost." });
          },
        };
      };
      const plan = deployOf(await fleet.observe());
      const lanes = { kinds: engine.lanes?.kinds ?? new Set(), of };
      const result = await runPlan(plan, occasion, { ...engine, lanes });
      expect(result).toMatchObject({ outcome: "undone", error: { code: "host-connection-lost" } });
      expect((await fleet.observe()).map(noticed)).toEqual(before);
    },
  );
});

describe("any single failure of a fleet", () => {
  const project = projectOf();
  const points = fc.record({
    hosts: fc.integer({ min: 1, max: 4 }),
    victim: fc.nat(3),
    call: fc.nat(40),
    how: fc.constantFrom("throws", "dies"),
    lanes: fc.boolean(),
    rollback: fc.boolean(),
  });

  it("leaves one known release on every host that can be reached, the same on all", async () => {
    await fc.assert(
      fc.asyncProperty(points, async ({ hosts: count, victim, call, how, lanes, rollback }) => {
        const fleet = await sampleFleet(project, count);
        const states = await fleet.observe();
        for (const host of fleet.hosts) if (rollback) await kept(host.name, fleet, project);
        const plan = rollback
          ? planRollback({
              project,
              environment: environmentOf(project),
              fleet: await fleet.observe(),
              release: sampleRecord(project, "older"),
            })
          : deployOf(states);
        const host = fleet.hosts[victim % count];
        if (host === undefined) throw new Error("there is a victim");
        failAtCall(host, call, how === "dies");
        const { outcome } = await runPlan(plan, occasion, fleet.engine({ lanes }));
        const reached = fleet.hosts.filter(({ dead }) => !dead);
        const never = new AbortController().signal;
        const served = await Promise.all(
          reached.map(async (one) => releasesIn(await one.observe(never)).join()),
        );
        const wanted = outcome === "committed" ? plan.release : "old";
        expect(served).toEqual(served.map(() => wanted));
      }),
      { numRuns: 200 },
    );
  });

  it("killed anywhere, is finished or taken back whole by another deployer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(140),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        async (nth, lanes, resume, count) => {
          const fleet = await sampleFleet(project, count);
          const plan = deployOf(await fleet.observe());
          await killedAt(nth, fleet, lanes, plan);
          const journal = await unfinishedJournal(fleet.journals);
          if (journal === undefined) return;
          const engine = fleet.engine({ lanes, token: 2 });
          const work = resume ? resumePlan(journal, someone, engine) : abortPlan(journal, someone, engine);
          const result = await work.catch((error: unknown) => error);
          const inForce = resume || (result instanceof CozyError && result.code === "already-committed");
          const served = (await fleet.observe()).map((state) => releasesIn(state).join());
          expect(served).toEqual(served.map(() => (inForce ? "new" : "old")));
          const schedulers = (await fleet.observe()).flatMap(({ instances }) =>
            instances.filter(({ id }) => id.type === "scheduler"),
          );
          expect(schedulers).toHaveLength(1);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** A release that served before and is warm. */
async function kept(name: string, fleet: SampleFleet, project: Project): Promise<void> {
  const host = fleet.hosts.find((one) => one.name === name);
  if (host === undefined) throw new Error(`there is no ${name}`);
  const never = new AbortController().signal;
  await serve(host, project, "older", false);
  await host.retireInstances({ release: "older" }, 600_000, never);
  await host.switchRoutes(1, [shareOf("old")], never);
  await host.setCurrent("old", never);
}

/** Has the nth call of a host's fail, before or instead of its effect. */
function failAtCall(host: SampleFleet["hosts"][number], nth: number, dies: boolean): void {
  const push = host.calls.push.bind(host.calls);
  let left = nth;
  host.calls.push = (...calls) => {
    left -= 1;
    if (left === 0) {
      if (dies) host.dead = true;
      throw new CozyError("host-unreachable", { message: `${host.name} broke off.` });
    }
    return push(...calls);
  };
}

async function killedAt(nth: number, fleet: SampleFleet, lanes: boolean, plan: Plan): Promise<void> {
  const killed = Promise.withResolvers<void>();
  let left = nth + 1;
  const onPoint = async () => {
    left -= 1;
    if (left > 0) return;
    killed.resolve();
    await new Promise(() => {});
  };
  const dead = () => left <= 0;
  const mortal = {
    ...fleet.journals,
    create: async (name: string, lines: string) => {
      const file = await fleet.journals.create(name, lines);
      return {
        ...file,
        append: (line: string) => (dead() ? new Promise<void>(() => {}) : file.append(line)),
      };
    },
  };
  const running = runPlan(plan, occasion, fleet.engine({ lanes, onPoint, journals: mortal }));
  await Promise.race([running.catch(() => undefined), killed.promise]);
}
