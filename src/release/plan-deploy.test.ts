import { describe, expect, it } from "vitest";
import { fakeHost } from "../hosts/fake-host.ts";
import type { HostState } from "../hosts/host.ts";
import { host, servers } from "../index.ts";
import { normaliseServers } from "../project/normalise-servers.ts";
import type { Environment } from "../project/project.ts";
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
  return planDeploy({
    project,
    environment,
    fleet: [observed],
    release,
    artifactKey: "key",
    artifactKnown: false,
  });
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
      "finish (committed): count lost requests",
    ]);
  });

  it("says which server builds, where one is declared", async () => {
    const folders = { root: "/shop", homeFolder: "/home/ada" };
    const target = normaliseServers(servers(["web-1"], { builder: host("build-1") }), folders);
    const project = sampleProject({}, { target });
    const [first] = outline(deployOf(project, await observedServing(project, "old")));
    expect(first).toBe("build: build the artifact on build-1");
  });

  it("rehearses before the migrations where that is declared and there is data", async () => {
    const rehearsal = { variables: {}, notProven: "go-on", migrateWithinMs: 60_000 } as const;
    const names = async (change: Partial<Environment>) => {
      const project = sampleProject({}, { rehearsal, ...change });
      return deployOf(project, await observedServing(project, "old")).phases.map(({ name }) => name);
    };
    expect(await names({})).toEqual([
      "build",
      "prepare",
      "backup",
      "rehearse",
      "migrate",
      "start",
      "switch",
      "settle",
      "finish",
    ]);
    expect(await names({ database: undefined })).not.toContain("rehearse");
    expect(await names({ rehearsal: undefined })).not.toContain("rehearse");
  });

  it("backs up before anything is changed where backups are declared, and right before the migrations always", async () => {
    const backups = {
      store: undefined,
      keepMs: 7 * 86_400_000,
      when: { kind: "every", everyMs: 86_400_000 },
      weekly: undefined,
    } as const;
    const lines = async (change: Partial<Environment>, app: Parameters<typeof sampleProject>[0] = {}) => {
      const project = sampleProject({ hooks: { beforeMigrate: ["b"] }, ...app }, change);
      return outline(deployOf(project, await observedServing(project, "old"))).filter((line) =>
        /back up|before|migrate/i.test(line),
      );
    };
    const migrations = [
      "migrate: back up the database",
      "migrate: hook beforeMigrate",
      "migrate: node migrate.js",
    ];
    expect(await lines({})).toEqual(migrations);
    expect(await lines({ backups })).toEqual(["backup: back up the database", ...migrations]);
    expect(await lines({ backups }, { migrate: undefined, hooks: {} })).toEqual([
      "backup: back up the database",
    ]);
    expect(await lines({ backups, database: undefined }, { migrate: undefined, hooks: {} })).toEqual([]);
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
      "switch: start worker ×2",
      "switch: worker stays up",
      "switch: name it current",
      "settle (committed): stop worker of old",
      "settle (committed): drain old",
      "finish (committed): count lost requests",
    ]);
  });

  it("ends the old singleton before the new one starts, and starts that before the workers", async () => {
    const processes = {
      web: processType(["w"], 1),
      worker: processType(["k"], 1),
      scheduler: { ...processType(["s"], 4), singleton: true },
    };
    const project = sampleProject({ processes });
    const lines = outline(deployOf(project, await observedServing(project, "old")));
    expect(lines.slice(lines.indexOf("switch: prove what is served"))).toEqual([
      "switch: prove what is served",
      "switch: stop scheduler of old",
      "switch: start scheduler",
      "switch: start worker",
      "switch: scheduler, worker stay up",
      "switch: name it current",
      "settle (committed): stop worker of old",
      "settle (committed): drain old",
      "finish (committed): count lost requests",
    ]);
  });

  it("ends all of what was no singleton in the old release, and old singletons under another name", async () => {
    const before = {
      web: processType(["w"], 1),
      scheduler: processType(["s"], 3),
      beat: { ...processType(["b"], 1), singleton: true, stopTimeoutMs: 90_000 },
    };
    const observed = await observedServing(sampleProject({ processes: before }), "old");
    const after = { web: before.web, scheduler: { ...before.scheduler, singleton: true } };
    const plan = deployOf(sampleProject({ processes: after }), observed);
    const operations = plan.phases.flatMap((phase) => phase.operations);
    const stop = operations.find(({ kind }) => kind === "stop-singletons");
    expect(stop?.title).toBe("stop scheduler, beat of old");
    expect(stop?.input).toMatchObject({ timeoutMs: 90_000 });
    expect(operations.find(({ id }) => id.startsWith("start-instances-singletons"))?.input).toMatchObject({
      types: ["scheduler"],
      count: 1,
    });
    expect(operations.some(({ kind }) => kind === "stop-instances")).toBe(false);
  });

  it("counts by the scale, and has one that watches the clock where there are schedules", async () => {
    const project = sampleProject({
      processes: { web: processType(["w"], 1), worker: processType(["k"], 1) },
    });
    const observed = { ...(await observedServing(project, "old")), scale: { web: 3, worker: 2 } };
    const environment = project.environments["staging"];
    if (!environment) throw new Error("the sample project has a staging environment");
    const cleanup = {
      run: ["node", "cleanup.js"],
      when: { kind: "every", everyMs: 60_000 },
      timeoutMs: 1_000,
      catchUp: false,
    } as const;
    const release = { ...sampleRelease(project, "new", 10), schedules: { cleanup } };
    const plan = planDeploy({
      project,
      environment,
      fleet: [observed],
      release,
      artifactKey: "key",
      artifactKnown: true,
    });
    expect(outline(plan)).toEqual(
      expect.arrayContaining([
        "start: start 3 web instances",
        "switch: start schedules",
        "switch: start worker ×2",
        "switch: schedules, worker stay up",
      ]),
    );
    const operations = plan.phases.flatMap((phase) => phase.operations);
    expect(operations.find(({ kind }) => kind === "switch-routes")?.input).toMatchObject({
      to: [{ hundredths: 100, sockets: ["new/web.0.sock", "new/web.1.sock", "new/web.2.sock"] }],
    });
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
    const plan = planRollback({
      project,
      environment,
      fleet: [observed],
      release: sampleRecord(project, "old"),
    });
    expect(outline(plan)).toEqual([
      "start: start 2 web instances",
      "start: ready: GET /ready",
      "start: 1 smoke check",
      "switch: publish static files",
      "switch: switch the route table",
      "switch: prove what is served",
      "switch: name it current",
      "settle (committed): drain bad",
      "finish (committed): count lost requests",
    ]);
    expect(plan.previous).toBe("bad");
  });
});
