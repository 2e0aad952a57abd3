import { describe, expect, it } from "vitest";
import { processType, sampleProject, sampleRecord } from "../../release/testing.ts";
import { environmentPaths, machinePaths } from "../environment-paths.ts";
import { instanceSpecs } from "./instance-specs.ts";
import { releaseVariables } from "./release-variables.ts";

const paths = environmentPaths(machinePaths({ COZY_HOME: "/cozy" }, "/home/me"), "tiny", "staging");
const processes = {
  web: processType(["node", "server.js"], 2),
  worker: processType(["node", "worker.js"], 1),
};
const release = sampleRecord(sampleProject({ processes }), "r1");

describe("instanceSpecs", () => {
  it("gives each web instance a socket of its own, and workers none", () => {
    const specs = instanceSpecs(release, { release: "r1" }, paths, "/short");
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
    expect(
      instanceSpecs(release, { release: "r1", types: ["worker"] }, paths, "/short").map(({ id }) => id.type),
    ).toEqual(["worker"]);
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
