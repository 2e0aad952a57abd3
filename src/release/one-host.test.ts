import { describe, expect, it } from "vitest";
import { watchOf } from "../canary/testing/ticks.ts";
import { fakeHost } from "../hosts/fake-host.ts";
import type { HostState } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { planRestore } from "../recovery/plan-restore.ts";
import type { Share } from "../routing/route-table.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import { planScale } from "./plan-scale.ts";
import type { Plan } from "./plan.ts";
import { processType, sampleProject, sampleRecord, sampleRelease } from "./testing.ts";

const never = new AbortController().signal;
const hooks = { afterBuild: ["a"], beforeMigrate: ["b"], beforeSwitch: ["c"], afterDeploy: ["d"] };
const processes = {
  web: processType(["w"], 2),
  worker: processType(["k"], 2),
  scheduler: { ...processType(["s"], 1), singleton: true },
};
const watch = watchOf(300_000);

function projectOf(change: Partial<Environment> = {}): Project {
  return sampleProject({ processes, hooks: { ...hooks, afterRollback: ["e"] } }, change);
}

function environmentOf(project: Project): Environment {
  const environment = project.environments["staging"];
  if (environment === undefined) throw new Error("the sample project has a staging environment");
  return environment;
}

function sharesOf(release: string, hundredths = 100): Share {
  return { hundredths, sockets: [`${release}/web.0.sock`, `${release}/web.1.sock`] };
}

async function observedWith(releases: readonly string[], shares: readonly Share[]): Promise<HostState> {
  const host = fakeHost("this-machine", () => 1_000);
  await host.ensureAgents({ address: "", port: 1, staticUrl: undefined, mediaUrl: undefined }, never);
  for (const [index, id] of releases.entries()) {
    await host.placeRelease(
      { release: sampleRecord(projectOf(), id, index), variables: {}, persist: [] },
      never,
    );
  }
  for (const id of releases.slice(-2)) await host.startInstances({ release: id }, never);
  await host.switchRoutes(1, shares, never);
  await host.setCurrent(releases.at(-1), never);
  return host.observe(never);
}

function deployOf(observed: HostState, change: Partial<Environment> = {}): Plan {
  const project = projectOf(change);
  return planDeploy({
    project,
    environment: environmentOf(project),
    fleet: [observed],
    release: sampleRelease(project, "new", 10),
    artifactKey: "key",
    artifactKnown: false,
    pauseBeforeMigrate: true,
  });
}

/** Every field of every operation, so that planning for a fleet can't change what is planned for one host. */
describe("a plan for one host", async () => {
  const first = await observedWith([], []);
  const serving = await observedWith(["r1", "r2", "r3", "r4"], [sharesOf("r4")]);
  const project = projectOf();
  const environment = environmentOf(project);
  const release = sampleRecord(project, "r4", 3);

  it.each<readonly [string, Plan]>([
    ["deploy-first", deployOf(first)],
    ["deploy", deployOf(serving)],
    [
      "deploy-canary",
      deployOf(
        { ...serving, scale: { web: 3 }, routes: { ...serving.routes } },
        { strategy: { kind: "canary", steps: [5, 50], watch } },
      ),
    ],
    [
      "deploy-watched",
      deployOf(serving, {
        strategy: { kind: "switch", watch },
        rehearsal: { variables: {}, notProven: "go-on", migrateWithinMs: 60_000 },
      }),
    ],
    [
      "rollback",
      planRollback({ project, environment, fleet: [serving], release: sampleRecord(project, "r3", 2) }),
    ],
    [
      "scale",
      planScale({
        project,
        environment,
        fleet: [serving],
        release,
        scale: { web: 3, worker: 1 },
        subject: "web=3 worker=1",
      }),
    ],
    [
      "restore",
      planRestore({
        project,
        environment,
        fleet: [serving],
        current: release,
        release,
        backup: "b1",
        stamp: "20261124T031500Z",
        migrate: true,
        yes: false,
      }),
    ],
  ])("%s", async (name, plan) => {
    await expect(`${JSON.stringify(plan, undefined, 2)}\n`).toMatchFileSnapshot(`golden/${name}.plan.txt`);
  });
});
