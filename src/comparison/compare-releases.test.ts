import { describe, expect, it } from "vitest";
import type { Manifest, ManifestEntry } from "../artifacts/manifest.ts";
import { compareReleases, type EnvironmentState } from "./compare-releases.ts";

function file(path: string, sha256: string): ManifestEntry {
  return { kind: "file", path, mode: 0o444, sizeBytes: 1, sha256 };
}

function manifest(content: Partial<Manifest["content"]>): Manifest {
  return {
    format: 1,
    id: "a",
    content: {
      stack: "node",
      platform: { os: "linux", arch: "x64", libc: "glibc" },
      runtime: "node-24",
      tree: "t1",
      staticFolder: undefined,
      files: [file("a.js", "1"), file("b.js", "2")],
      ...content,
    },
    builtFrom: { key: "k", commit: "c1", sourceTree: "s", buildTree: undefined, builtAt: 0 },
    buildLog: undefined,
    sbom: undefined,
  };
}

function state(
  artifact: string,
  commit: string,
  content: Partial<Manifest["content"]> = {},
): EnvironmentState {
  return {
    release: { id: `r-${commit}`, commit, commitSubject: "x", artifact, createdAt: 0, damaged: undefined },
    manifest: manifest(content),
    scale: {},
  };
}

describe("compareReleases", () => {
  it("knows the same artifact", () => {
    expect(compareReleases(state("a", "c1"), state("a", "c1"), { added: [], removed: [] })).toEqual({
      sameCommit: true,
      sameArtifact: true,
      sameDependencies: true,
      sameRuntime: true,
      changedFiles: 0,
      commits: { added: [], removed: [] },
      differences: [],
    });
  });

  it("tells what is in them otherwise", () => {
    const commits = { added: [{ id: "c2", subject: "later", author: "Ada" }], removed: [] };
    const other = state("b", "c2", {
      tree: "t2",
      runtime: "node-26",
      files: [file("a.js", "1"), file("b.js", "3"), { kind: "link", path: "c", target: "a.js" }],
    });
    expect(compareReleases(state("a", "c1"), { ...other, scale: { web: 4 } }, commits)).toEqual({
      sameCommit: false,
      sameArtifact: false,
      sameDependencies: false,
      sameRuntime: false,
      changedFiles: 2,
      commits,
      differences: [
        { what: "runtime", one: "node-24", other: "node-26" },
        { what: "web scaled to", one: undefined, other: "4" },
      ],
    });
  });

  it("has nothing to say of an environment without a release", () => {
    const none: EnvironmentState = { release: undefined, manifest: undefined, scale: {} };
    expect(compareReleases(none, none, undefined)).toMatchObject({
      sameArtifact: undefined,
      differences: [],
    });
  });
});
