import { describe, expect, it } from "vitest";
import { artifactKey, type ArtifactKeyParts } from "./artifact-key.ts";
import { djangoApp, testApp } from "./testing.ts";

const parts: ArtifactKeyParts = {
  source: { tree: "t", attributes: [] },
  app: testApp(),
  secrets: { TOKEN: "hunter2!x" },
  runtime: { name: "node-1-linux-x64-glibc" },
};

function withBuild(build: object): ArtifactKeyParts {
  return { ...parts, app: testApp({ build: { ...testApp().build, ...build } }) };
}

describe("an artifact's key", () => {
  it("changes with everything that decides the build", () => {
    const others: ArtifactKeyParts[] = [
      parts,
      { ...parts, source: { tree: "u", attributes: [] } },
      { ...parts, source: { tree: "t", attributes: [{ path: ".gitattributes", blob: "b" }] } },
      { ...parts, secrets: { TOKEN: "another" } },
      { ...parts, runtime: { name: "node-1-linux-x64-musl" } },
      withBuild({ command: ["make"] }),
      withBuild({ variables: { A: "1" } }),
      { ...parts, app: testApp({ static: { folder: "public", url: "/static/" } }) },
    ];
    expect(new Set(others.map(artifactKey)).size).toBe(others.length);
  });

  it("of a Django application changes with what Django is asked and told", () => {
    const others = [
      djangoApp(),
      djangoApp({ settings: "shop.settings" }),
      djangoApp({ requirements: "requirements/production.txt" }),
      djangoApp({ checkMigrations: false }),
      djangoApp({ static: false }),
      djangoApp({ static: { url: "/assets/" } }),
      djangoApp({ variables: { LEVEL: "INFO" } }),
    ].map((app) => artifactKey({ ...parts, app }));
    expect(new Set(others).size).toBe(others.length);
    const workers = djangoApp({ processes: { web: { workers: 9 } }, seed: ["seed"], persist: ["uploads"] });
    expect(artifactKey({ ...parts, app: workers })).toBe(others[0]);
  });

  it("does not change with what has no part in the build, so that the artifact can be promoted", () => {
    const app = testApp({
      variables: { DATABASE_URL: { required: true, secret: true, default: undefined } },
      persist: ["uploads"],
      static: undefined,
    });
    expect(artifactKey({ ...parts, app })).toBe(artifactKey(parts));
    expect(artifactKey(withBuild({ timeoutMs: 1 }))).toBe(artifactKey(parts));
  });
});
