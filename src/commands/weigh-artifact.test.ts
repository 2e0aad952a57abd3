import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifactAt, type Manifest } from "../artifacts/manifest.ts";
import { machinePaths, type MachinePaths } from "../hosts/environment-paths.ts";
import type { HostState } from "../hosts/host.ts";
import { sampleHostState } from "../hosts/testing/sample-state.ts";
import { weighArtifact } from "./weigh-artifact.ts";

let folder: string;
let machine: MachinePaths;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-weigh-"));
  machine = machinePaths({ COZY_HOME: folder }, folder);
  await file(join(machine.runtimes, "node-24", "bin", "node"), 1_000);
  await file(join(machine.trees, "first", "node_modules", "one.js"), 200);
  await file(join(machine.trees, "second", "node_modules", "two.js"), 300);
  await artifact("a1", "first");
  await artifact("a2", "first");
  await artifact("b1", "second");
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function file(path: string, sizeBytes: number): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "x".repeat(sizeBytes));
}

async function artifact(id: string, tree: string): Promise<void> {
  const manifest: Manifest = {
    format: 1,
    id,
    content: {
      stack: "node",
      platform: { os: "linux", arch: "x64", libc: "glibc" },
      runtime: "node-24",
      tree,
      staticFolder: undefined,
      files: [{ kind: "file", path: "server.js", mode: 0o444, sizeBytes: 70, sha256: "" }],
    },
    builtFrom: { key: "k", commit: "c", sourceTree: "s", buildTree: undefined, builtAt: 0 },
    buildLog: undefined,
    sbom: undefined,
  };
  const paths = artifactAt(machine, id);
  await mkdir(paths.folder, { recursive: true });
  await writeFile(paths.manifest, JSON.stringify(manifest));
}

function host(...artifacts: string[]): HostState {
  return sampleHostState("web-1", {
    releases: artifacts.map((one, at) => {
      const about = { commit: "", commitSubject: "", damaged: undefined };
      return { id: one, artifact: one, createdAt: at, ...about };
    }),
  });
}

describe("what an artifact takes on a host's disk", () => {
  it.each<[string, readonly string[], number]>([
    ["its packages and its runtime where nothing was laid before", [], 1_200],
    ["its packages where a release came with others", ["b1"], 200],
    ["neither where a release came with them, however old", ["a2", "b1"], 0],
    ["nothing that is not known to be lacking, where a release is unknown here", ["elsewhere", "b1"], 0],
  ])("is %s", async (_, releases, besideBytes) => {
    const weights = await weighArtifact(machine, "a1", [host(...releases)], true);
    expect(weights).toEqual({ "web-1": { artifactBytes: 70, besideBytes } });
  });

  it("is the artifact alone on this machine, which has the rest", async () => {
    const weights = await weighArtifact(machine, "a1", [host()], false);
    expect(weights).toEqual({ "web-1": { artifactBytes: 70, besideBytes: 0 } });
  });

  it("is not known of an artifact that is not here", async () => {
    for (const id of [undefined, "elsewhere"]) {
      const weights = await weighArtifact(machine, id, [host()], true);
      expect(weights).toEqual({ "web-1": { artifactBytes: undefined, besideBytes: 0 } });
    }
  });
});
