import { mkdir, readdir, truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findArtifact } from "./artifact-store.ts";
import { writeKept } from "./kept-file.ts";
import { artifactAt, artifactId, type ArtifactContent } from "./manifest.ts";
import { pruneArtifacts } from "./prune.ts";
import { testWorkshop } from "./testing.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";

const now = Date.UTC(2030, 0, 1);
const hour = 3_600_000;

/** An artifact with a tree for the build, one to run, and a runtime; all last used `agoMs` ago. */
async function layArtifact(machine: MachinePaths, name: string, agoMs: number, runtime = `node-${name}`) {
  const content: ArtifactContent = {
    stack: "node",
    platform: { os: "linux", arch: "x64", libc: "glibc" },
    runtime,
    tree: `run-${name}`,
    staticFolder: undefined,
    files: [],
  };
  const id = artifactId(content);
  const builtFrom = { key: name, commit: "c", sourceTree: "t", buildTree: `build-${name}`, builtAt: 0 };
  const { folder, manifest } = artifactAt(machine, id);
  const others = [
    join(machine.trees, `run-${name}`),
    join(machine.trees, `build-${name}`),
    join(machine.runtimes, runtime),
  ];
  for (const path of [folder, join(machine.artifacts, "by-source"), ...others]) {
    await mkdir(path, { recursive: true });
  }
  await writeKept(manifest, { format: 1, id, content, builtFrom });
  await writeKept(join(machine.artifacts, "by-source", name), { format: 1, artifact: id });
  const at = (now - agoMs) / 1000;
  for (const path of [folder, ...others]) await utimes(path, at, at);
  return id;
}

describe("pruning", () => {
  it("removes what no release needs, with its trees and runtime, and keeps what any needs or just used", async () => {
    const { machine } = await testWorkshop();
    const needed = await layArtifact(machine, "needed", 100 * hour, "node-shared");
    const unneeded = await layArtifact(machine, "unneeded", 100 * hour);
    const sharing = await layArtifact(machine, "sharing", 100 * hour, "node-shared");
    const fresh = await layArtifact(machine, "fresh", hour / 2);
    await mkdir(join(machine.artifacts, "x.tmp-4194304999-0123abcd-0", "app"), { recursive: true });

    const pruned = await pruneArtifacts(machine, { keep: new Set([needed]), now });

    expect(pruned.artifacts.toSorted()).toEqual([unneeded, sharing].toSorted());
    expect(pruned.trees.toSorted()).toEqual([
      "build-sharing",
      "build-unneeded",
      "run-sharing",
      "run-unneeded",
    ]);
    expect(pruned.runtimes).toEqual(["node-unneeded"]);
    expect((await readdir(machine.artifacts)).toSorted()).toEqual([fresh, needed, "by-source"].toSorted());
    expect((await readdir(machine.trees)).toSorted()).toEqual([
      "build-fresh",
      "build-needed",
      "run-fresh",
      "run-needed",
    ]);
    expect((await readdir(machine.runtimes)).toSorted()).toEqual(["node-fresh", "node-shared"]);
    expect(await findArtifact(machine, "needed")).toBe(needed);
    expect((await readdir(join(machine.artifacts, "by-source"))).toSorted()).toEqual(["fresh", "needed"]);
  });

  it("leaves an artifact that it can't read, and every tree and runtime that it could need", async () => {
    const { machine } = await testWorkshop();
    const damaged = await layArtifact(machine, "damaged", 100 * hour);
    const unneeded = await layArtifact(machine, "unneeded", 100 * hour);
    await truncate(artifactAt(machine, damaged).manifest);

    const pruned = await pruneArtifacts(machine, { keep: new Set(), now });

    expect(pruned).toMatchObject({ artifacts: [unneeded], trees: [], runtimes: [] });
    expect(pruned.left).toEqual([expect.stringContaining(damaged)]);
    expect((await readdir(machine.trees)).length).toBe(4);
    expect(await readdir(machine.artifacts)).toContain(damaged);
  });

  it("of an empty machine does nothing", async () => {
    const { machine } = await testWorkshop();
    expect(await pruneArtifacts(machine, { keep: new Set(), now })).toEqual({
      artifacts: [],
      trees: [],
      runtimes: [],
      left: [],
    });
  });
});
