import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Project } from "../project/project.ts";
import { verifyArtifact } from "./artifact-store.ts";
import { localBuilder, nameArtifact } from "./local-builder.ts";
import { artifactAt } from "./manifest.ts";
import { builderWorkshop, repositoryOf, testApp } from "./testing.ts";
import { verifyingOnce } from "./verify-once.ts";

async function built() {
  const root = await repositoryOf({ "server.js": "1" });
  const workshop = await builderWorkshop();
  const project: Project = { name: "p", root, configPath: "", app: testApp(), environments: {} };
  const builder = () =>
    localBuilder({ ...workshop, project, secrets: async () => ({}), needed: async () => new Set() });
  const { key, source } = await nameArtifact({ project, secrets: {} }, workshop);
  const progress = { step: () => undefined, output: () => undefined };
  const id = await builder().build({ key, commit: source.commit }, progress, workshop.signal);
  const { machine, signal } = workshop;
  const file = join(artifactAt(machine, id).app, "server.js");
  await chmod(file, 0o644);
  return { machine, signal, id, key, builder, write: (text: string) => writeFile(file, text) };
}

const damaged = { code: "artifact-damaged" };

describe("an artifact that is laid on many hosts", () => {
  it("is hashed once a run, and by each run anew", async () => {
    const { signal, key, id, builder, write } = await built();
    const run = builder();
    expect(await run.find(key, signal)).toBe(id);
    await write("2");
    expect(await run.find(key, signal)).toBe(id);
    await expect(builder().find(key, signal)).rejects.toMatchObject(damaged);
  });

  it("is hashed once for hosts that come at the same time", async () => {
    const { machine, signal, id } = await built();
    let count = 0;
    const verify = verifyingOnce(machine, async (...args) => {
      count += 1;
      return verifyArtifact(...args);
    });
    await Promise.all([verify(id, signal), verify(id, signal), verify(id, signal)]);
    expect(count).toBe(1);
  });

  it("is hashed again where it was damaged, also for those that waited", async () => {
    const { machine, signal, id, write } = await built();
    const verify = verifyingOnce(machine);
    await write("2");
    const looks = await Promise.allSettled([verify(id, signal), verify(id, signal)]);
    expect(looks.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(verify(id, signal)).rejects.toMatchObject(damaged);
    await write("1");
    await verify(id, signal);
  });

  it("is hashed again where whoever began was told to stop", async () => {
    const { machine, signal, id } = await built();
    const verify = verifyingOnce(machine);
    const looks = await Promise.allSettled([verify(id, AbortSignal.abort()), verify(id, signal)]);
    expect(looks.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});
