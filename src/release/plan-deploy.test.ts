import { describe, expect, it } from "vitest";
import { fakeHost } from "../hosts/fake-host.ts";
import type { HostState } from "../hosts/host.ts";
import { planDeploy } from "./plan-deploy.ts";
import { planRollback } from "./plan-rollback.ts";
import type { Plan } from "./plan.ts";
import { processType, sampleProject, sampleRecord, sampleRelease } from "./testing.ts";

const never = new AbortController().signal;

async function observedServing(
  project: ReturnType<typeof sampleProject>,
  ...ids: string[]
): Promise<HostState> {
  const host = fakeHost();
  for (const [index, id] of ids.entries()) {
    await host.placeRelease({ release: sampleRecord(project, id, index), variables: {}, persist: [] }, never);
    await host.startInstances({ release: id }, never);
    await host.switchRoutes(
      1,
      [{ hundredths: 100, sockets: [`${id}/web.0.sock`, `${id}/web.1.sock`] }],
      never,
    );
    await host.setCurrent(id, never);
  }
  await host.ensureAgents({ address: "", port: 1, staticUrl: undefined, mediaUrl: undefined }, never);
  return host.observe(never);
}

function outline(plan: Plan): string[] {
  return plan.phases.flatMap(({ name, committed, operations }) =>
    operations.map(({ title }) => `${name}${committed ? " (committed)" : ""}: ${title}`),
  );
}

function deployOf(project: ReturnType<typeof sampleProject>, observed: HostState): Plan {
  const environment = project.environments["staging"];
  if (!environment) throw new Error("the sample project has a staging environment");
  const release = sampleRelease(project, "new", 10);
  return planDeploy({ project, environment, observed, release, artifactKey: "key", artifactKnown: false });
}

describe("planDeploy", () => {
  it("is the list of a release, top to bottom", async () => {
    const project = sampleProject();
    expect(outline(deployOf(project, await observedServing(project, "old")))).toEqual([
      "build: build the artifact",
      "prepare: place release new",
      "prepare: supervisor and proxy",
      "migrate: back up the database",
      "migrate: node migrate.js",
      "start: start 2 web instances",
      "start: ready: GET /ready",
      "start: 1 smoke check",
      "switch: publish static files",
      "switch: switch the route table",
      "switch: prove what is served",
      "switch: name it current",
      "settle (committed): drain old",
    ]);
  });

  it("runs every hook at its place", async () => {
    const hooks = {
      afterBuild: ["a"],
      beforeMigrate: ["b"],
      beforeSwitch: ["c"],
      afterDeploy: ["d"],
      onFailure: ["e"],
    };
    const project = sampleProject({ hooks });
    const hookLines = outline(deployOf(project, await observedServing(project))).filter((line) =>
      line.includes("hook"),
    );
    expect(hookLines).toEqual([
      "prepare: hook afterBuild",
      "migrate: hook beforeMigrate",
      "switch: hook beforeSwitch",
      "finish (committed): hook afterDeploy",
    ]);
  });

  it("starts workers once the web instances are proven, and ends the old ones after that", async () => {
    const processes = {
      web: processType(["w"], 1),
      worker: processType(["k"], 2),
      scheduler: processType(["s"], 0),
    };
    const project = sampleProject({ processes });
    const lines = outline(deployOf(project, await observedServing(project, "old")));
    expect(lines.slice(lines.indexOf("switch: prove what is served"))).toEqual([
      "switch: prove what is served",
      "switch: start worker",
      "switch: worker stay up",
      "switch: name it current",
      "settle (committed): stop worker of old",
      "settle (committed): drain old",
    ]);
  });

  it("goes back to just what the table held, a canary's shares included", async () => {
    const project = sampleProject();
    const observed = {
      ...(await observedServing(project, "old")),
      routes: { "old/web.0.sock": 48, "old/web.1.sock": 47, "next/web.0.sock": 5 },
    };
    const operations = deployOf(project, observed).phases.flatMap(({ operations }) => operations);
    expect(operations.find(({ kind }) => kind === "switch-routes")?.input).toMatchObject({
      back: [
        { hundredths: 95, sockets: ["old/web.0.sock", "old/web.1.sock"] },
        { hundredths: 5, sockets: ["next/web.0.sock"] },
      ],
    });
  });

  it("holds no secret and no path of a machine", async () => {
    const project = sampleProject();
    const text = JSON.stringify(deployOf(project, await observedServing(project, "old")));
    expect(text).not.toContain("/project");
    expect(text).not.toContain("COLOUR");
  });
});

describe("planRollback", () => {
  it("is a deploy without build, placing and migrations", async () => {
    const project = sampleProject();
    const environment = project.environments["staging"];
    if (!environment) throw new Error("the sample project has a staging environment");
    const observed = await observedServing(project, "old", "bad");
    const plan = planRollback({ project, environment, observed, release: sampleRecord(project, "old") });
    expect(outline(plan)).toEqual([
      "start: start 2 web instances",
      "start: ready: GET /ready",
      "start: 1 smoke check",
      "switch: publish static files",
      "switch: switch the route table",
      "switch: prove what is served",
      "switch: name it current",
      "settle (committed): drain bad",
    ]);
    expect(plan.previous).toBe("bad");
  });
});
