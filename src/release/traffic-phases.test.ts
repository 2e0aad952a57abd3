import { describe, expect, it } from "vitest";
import { watchOf } from "../canary/testing/ticks.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import type { HostState } from "../hosts/host.ts";
import type { Strategy } from "../project/project.ts";
import type { Share } from "../routing/route-table.ts";
import { planDeploy } from "./plan-deploy.ts";
import type { Plan } from "./plan.ts";
import { planRollback } from "./plan-rollback.ts";
import { switchRoutes, type SwitchRoutesInput } from "./operations/switch-routes.ts";
import { sampleProject, sampleRecord, sampleRelease, sampleWorld } from "./testing.ts";

const never = new AbortController().signal;
const watch = watchOf(300_000);
const canary: Strategy = { kind: "canary", steps: [20, 50], watch };

function sockets(release: string): string[] {
  return [`${release}/web.0.sock`, `${release}/web.1.sock`];
}

async function serving(shares: readonly Share[], releases: readonly string[]): Promise<HostState> {
  const host = fakeHost();
  await host.ensureAgents({ address: "", port: 1, staticUrl: undefined, mediaUrl: undefined }, never);
  for (const id of releases) {
    await host.placeRelease(
      { release: sampleRecord(sampleProject(), id), variables: {}, persist: [] },
      never,
    );
    await host.startInstances({ release: id }, never);
    await host.setCurrent(id, never);
  }
  await host.switchRoutes(1, shares, never);
  return host.observe(never);
}

const old = () => serving([{ hundredths: 100, sockets: sockets("old") }], ["old"]);

function planOf(strategy: Strategy, observed: HostState): Plan {
  const project = sampleProject({ hooks: { beforeSwitch: ["warm"] } }, { strategy });
  const environment = project.environments["staging"];
  if (!environment) throw new Error("the sample project has a staging environment");
  const release = sampleRelease(project, "new", 10);
  return planDeploy({
    project,
    environment,
    fleet: [observed],
    release,
    artifactKey: "key",
    artifactKnown: false,
  });
}

function outline(plan: Plan, of: (name: string) => boolean): string[] {
  return plan.phases
    .filter(({ name }) => of(name))
    .flatMap(({ name, operations }) => operations.map(({ title }) => `${name}: ${title}`));
}

const moving = (name: string) => name === "switch" || name.startsWith("canary");

function switches(plan: Plan): SwitchRoutesInput[] {
  const all = plan.phases.flatMap(({ operations }) => operations);
  return all
    .filter(({ kind }) => kind === "switch-routes")
    .map(({ input }) => input as unknown as SwitchRoutesInput);
}

describe("how a deploy moves the traffic", () => {
  it("moves a share a step, proves both, watches, and lets the rest follow", async () => {
    const plan = planOf(canary, await old());
    expect(outline(plan, moving)).toEqual([
      "canary-20: hook beforeSwitch",
      "canary-20: publish static files",
      "canary-20: move 20 % of the traffic",
      "canary-20: prove that both are served",
      "canary-20: watch it for 5 min",
      "canary-50: move 50 % of the traffic",
      "canary-50: prove that both are served",
      "canary-50: watch it for 5 min, until its verdict",
      "switch: switch the route table",
      "switch: prove what is served",
      "switch: name it current",
    ]);
    const before = [{ hundredths: 100, sockets: sockets("old") }];
    expect(switches(plan).map(({ back }) => back)).toEqual([before, before, before]);
    expect(switches(plan).map(({ to }) => to.map(({ hundredths }) => hundredths))).toEqual([
      [20, 80],
      [50, 50],
      [100],
    ]);
    const ids = plan.phases.flatMap(({ operations }) => operations.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(plan.phases.filter(({ name }) => moving(name)).every(({ committed }) => !committed)).toBe(true);
  });

  it("switches at once where there is nothing to compare with, and says so", async () => {
    const first = planOf(canary, await serving([], []));
    expect(outline(first, moving)[2]).toBe(
      "switch: switch the route table at once: the first release, so there is nothing to compare it with",
    );
    const stopped = { ...(await old()), supervised: false, instances: [] };
    expect(outline(planOf(canary, stopped), moving)[2]).toBe(
      "switch: switch the route table at once: nothing of the release before runs, so there is nothing to compare it with",
    );
  });

  it("leads nobody to an instance of the stable release that does not run", async () => {
    const observed = await old();
    const instances = observed.instances.map((instance) =>
      instance.id.index === 1 ? { ...instance, state: "backing-off" as const } : instance,
    );
    const [first] = switches(planOf(canary, { ...observed, instances }));
    expect(first?.to[1]).toEqual({ hundredths: 80, sockets: ["old/web.0.sock"] });
    expect(first?.back).toEqual([{ hundredths: 100, sockets: sockets("old") }]);
  });

  it("keeps the proportions where two releases serve already, and goes back to just those", async () => {
    const shares = [
      { hundredths: 70, sockets: sockets("old") },
      { hundredths: 30, sockets: sockets("older") },
    ];
    const plan = planOf({ ...canary, steps: [25] }, await serving(shares, ["older", "old"]));
    const [first] = switches(plan);
    expect(first?.to.map(({ hundredths }) => hundredths)).toEqual([25, 53, 22]);
    expect(first?.back).toEqual(shares);
  });

  it("watches after a switch at once, before anything else follows", async () => {
    const plan = planOf({ kind: "switch", watch }, await old());
    expect(outline(plan, moving)).toEqual([
      "switch: hook beforeSwitch",
      "switch: publish static files",
      "switch: switch the route table",
      "switch: prove what is served",
      "switch: watch it for 5 min, until its verdict",
      "switch: name it current",
    ]);
    const first = planOf({ kind: "switch", watch }, await serving([], []));
    expect(outline(first, moving)[2]).toContain("unwatched: the first release");
  });

  it("goes back at once with a rollback, whatever the strategy", async () => {
    const project = sampleProject({}, { strategy: canary });
    const environment = project.environments["staging"];
    if (!environment) throw new Error("the sample project has a staging environment");
    const observed = await old();
    const plan = planRollback({
      project,
      environment,
      fleet: [observed],
      release: sampleRecord(project, "older"),
    });
    expect(outline(plan, moving)[0]).toBe("switch: publish static files");
    expect(switches(plan)).toHaveLength(1);
  });
});

it("a step is in place once its share is reached or passed, so that a resumed canary takes no users back", async () => {
  const world = sampleWorld();
  const context = {
    world,
    signal: never,
    token: 1,
    now: () => 0,
    progress() {},
    output() {},
    warn() {},
    note() {},
    watched() {},
  };
  const [twenty, fifty, all] = switches(planOf(canary, await old()));
  if (!twenty || !fifty || !all) throw new Error("there are three moves");
  const states = async () =>
    Promise.all(
      [twenty, fifty, all].map((input) => switchRoutes.verify({ ...input, host: "fake" }, context)),
    );
  await switchRoutes.run(twenty, context);
  expect(await states()).toEqual([true, false, false]);
  await switchRoutes.run(fifty, context);
  expect(await states()).toEqual([true, true, false]);
  await switchRoutes.run(all, context);
  expect(await states()).toEqual([true, true, true]);
  await switchRoutes.undo?.(all, context);
  expect(await states()).toEqual([false, false, false]);
});
