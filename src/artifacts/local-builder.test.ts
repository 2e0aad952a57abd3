import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Project } from "../project/project.ts";
import { localBuilder, nameArtifact } from "./local-builder.ts";
import { commit, gitIn, repositoryOf, testApp, testWorkshop } from "./testing.ts";

describe("the builder of this machine", () => {
  it("builds what the plan named, of the plan's commit, and finds it again", async () => {
    const root = await repositoryOf({ "server.js": "1" });
    const first = gitIn(root, "rev-parse", "HEAD").trim();
    await commit(root, { "server.js": "2" }, "Second");
    const workshop = await testWorkshop();
    const app = testApp();
    const project: Project = { name: "p", root, configPath: "", app, environments: {} };
    const builder = localBuilder({
      ...workshop,
      project,
      secrets: async () => ({}),
      needed: async () => new Set(),
    });
    const { key, source } = await nameArtifact({ project, ref: first, secrets: {} }, workshop);
    expect(source).toMatchObject({ commit: first, subject: "First" });
    const progress = { step: () => undefined, output: () => undefined };

    expect(await builder.find(key, workshop.signal)).toBeUndefined();
    const id = await builder.build({ key, commit: first }, progress, workshop.signal);
    expect(await builder.find(key, workshop.signal)).toBe(id);
    expect(await builder.prune(workshop.signal)).toBe(0);

    const outdated = builder.build({ key, commit: "HEAD" }, progress, workshop.signal);
    await expect(outdated).rejects.toMatchObject({ code: "plan-outdated" });
    expect((await readdir(workshop.machine.artifacts)).toSorted()).toEqual([id, "by-source"].toSorted());
  });
});
