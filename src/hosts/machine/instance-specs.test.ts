import { describe, expect, it } from "vitest";
import { processType, sampleProject, sampleRecord } from "../../release/testing.ts";
import { environmentPaths, machinePaths } from "../environment-paths.ts";
import { instanceSpecs } from "./instance-specs.ts";
import { agentsFor, needsAgents } from "./release-agents.ts";
import { releaseVariables } from "./release-variables.ts";

const paths = environmentPaths(machinePaths({ COZY_HOME: "/cozy" }, "/home/me"), "tiny", "staging");
const processes = {
  web: processType(["node", "server.js"], 2),
  worker: processType(["node", "worker.js"], 1),
};
const release = sampleRecord(sampleProject({ processes }), "r1");
const facts = { release, scale: {}, paths, runFolder: "/short" };

describe("instanceSpecs", () => {
  it("gives each web instance a socket of its own, and workers none", () => {
    const specs = instanceSpecs(facts, { release: "r1" });
    expect(specs.map(({ socket }) => socket)).toEqual([
      "/short/r1/web.0.sock",
      "/short/r1/web.1.sock",
      undefined,
    ]);
    expect(specs.map(({ variables }) => variables["PORT"])).toEqual([
      "/short/r1/web.0.sock",
      "/short/r1/web.1.sock",
      undefined,
    ]);
    expect(specs.map(({ variables }) => variables["COZY_INSTANCE"])).toEqual(["web.0", "web.1", "worker.0"]);
  });

  it("keeps to the types that are asked for", () => {
    expect(instanceSpecs(facts, { release: "r1", types: ["worker"] }).map(({ id }) => id.type)).toEqual([
      "worker",
    ]);
  });

  it("counts by the scale", () => {
    const scaled = { ...facts, scale: { web: 1, worker: 3 } };
    expect(
      instanceSpecs(scaled, { release: "r1" }).map(({ variables }) => variables["COZY_INSTANCE"]),
    ).toEqual(["web.0", "worker.0", "worker.1", "worker.2"]);
  });

  it("puts the socket into the command where it has a place for it", () => {
    const web = processType(["gunicorn", "--bind", "unix:{socket}"], 1);
    const record = { ...release, processes: { web } };
    expect(instanceSpecs({ ...facts, release: record }, { release: "r1" })[0]?.command).toEqual([
      "gunicorn",
      "--bind",
      "unix:/short/r1/web.0.sock",
    ]);
  });

  it("stands a relay before what listens on a port only, from the release's own folder", () => {
    const web = { ...processType(["serve", "--port={port}"], 1), listen: "port" as const };
    const [spec] = instanceSpecs(
      { ...facts, release: { ...release, processes: { web } } },
      { release: "r1" },
    );
    const agents = "/cozy/environments/tiny-staging/releases/r1/agents";
    expect(spec?.command).toEqual([
      `${agents}/node`,
      `${agents}/relay.mjs`,
      "/short/r1/web.0.sock",
      "--",
      "serve",
      "--port={port}",
    ]);
    expect(spec?.socket).toBe("/short/r1/web.0.sock");
    expect(spec?.variables).toEqual({ COZY_INSTANCE: "web.0", NODE_OPTIONS: "" });
  });

  it("has one that watches the clock where there are schedules", () => {
    const cleanup = {
      run: ["node", "cleanup.js"],
      when: { kind: "every", everyMs: 60_000 },
      timeoutMs: 1_000,
      catchUp: false,
    } as const;
    const [spec, another] = instanceSpecs(
      { ...facts, release: { ...release, schedules: { cleanup } }, scale: { schedules: 2 } },
      { release: "r1", types: ["schedules"] },
    );
    const folder = "/cozy/environments/tiny-staging/releases/r1";
    expect(spec).toMatchObject({
      command: [
        `${folder}/agents/node`,
        `${folder}/agents/schedules.mjs`,
        folder,
        "/cozy/environments/tiny-staging/schedules",
      ],
      folder: `${folder}/app`,
      environmentFile: `${folder}/environment.json`,
      socket: undefined,
    });
    expect(another).toBeUndefined();
  });
});

describe("agentsFor", () => {
  const all = { node: "/n", relay: "/relay", schedules: "/schedules", backup: "/backup" };
  const schedule = { run: ["x"], when: { kind: "every", everyMs: 1 }, timeoutMs: 1, catchUp: false } as const;
  const backups = { store: undefined, keepMs: 1, when: schedule.when, weekly: undefined };

  it("lays only what the release is started with", () => {
    expect(needsAgents(release)).toBe(false);
    expect(agentsFor(release, all)).toEqual({});
    expect(agentsFor({ ...release, schedules: { schedule } }, all)).toEqual({
      node: "/n",
      "schedules.mjs": "/schedules",
    });
    const backedUp = { ...release, backups };
    expect(needsAgents(backedUp)).toBe(true);
    expect(agentsFor(backedUp, all)).toEqual({
      node: "/n",
      "schedules.mjs": "/schedules",
      "backup.mjs": "/backup",
    });
    expect(
      instanceSpecs({ ...facts, release: backedUp }, { release: "r1", types: ["schedules"] }),
    ).toHaveLength(1);
  });
});

describe("releaseVariables", () => {
  it("tells the release who it is and where its data is, and lets the project's own count first", () => {
    const variables = releaseVariables({
      release,
      environment: {
        database: { kind: "sqlite", variable: "DATABASE_URL" },
        media: { kind: "disk", variable: "MEDIA_URL", url: "/media/" },
      },
      paths,
      homeFolder: "/home/me",
      variables: { NODE_ENV: "test", COLOUR: "blue" },
    });
    expect(variables).toEqual({
      HOME: "/home/me",
      LANG: "C.UTF-8",
      NODE_ENV: "test",
      COZY_PROJECT: "tiny",
      COZY_ENVIRONMENT: "staging",
      COZY_RELEASE: "r1",
      DATABASE_URL: "sqlite:////cozy/environments/tiny-staging/database/database.sqlite",
      MEDIA_URL: "file:///cozy/environments/tiny-staging/media",
      STATIC_URL: "/static/",
      COLOUR: "blue",
    });
  });
});
