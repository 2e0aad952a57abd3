import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { artifactId, type ArtifactContent, type ManifestEntry } from "./manifest.ts";

const path = fc.string({ minLength: 1, maxLength: 12 });
const entry: fc.Arbitrary<ManifestEntry> = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    path,
    mode: fc.constantFrom(0o444, 0o555),
    sizeBytes: fc.nat(),
    sha256: fc.string({ minLength: 4, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("link" as const), path, target: path }),
  fc.record({ kind: fc.constant("folder" as const), path }),
);
const files = fc.uniqueArray(entry, { selector: (item) => item.path, minLength: 1, maxLength: 20 });

function contentOf(entries: readonly ManifestEntry[]): ArtifactContent {
  return {
    stack: "node",
    platform: { os: "linux", arch: "x64", libc: "glibc" },
    runtime: "node-1",
    tree: "t",
    staticFolder: undefined,
    files: entries,
  };
}

describe("an artifact's id", () => {
  it("does not depend on the order of its files", () => {
    const shuffled = files.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(artifactId(contentOf(other))).toBe(artifactId(contentOf(list)));
      }),
    );
  });

  it("changes with any file's content, mode, name or target, and with any file more or less", () => {
    const changed = files.chain((list) => fc.tuple(fc.constant(list), fc.nat(list.length - 1)));
    fc.assert(
      fc.property(changed, ([list, at]) => {
        const id = artifactId(contentOf(list));
        for (const other of variationsOf(list[at])) {
          expect(artifactId(contentOf(list.with(at, other)))).not.toBe(id);
        }
        expect(artifactId(contentOf(list.toSpliced(at, 1)))).not.toBe(id);
      }),
    );
  });

  it("changes with the runtime, the tree and the platform", () => {
    const content = contentOf([]);
    const ids = [
      content,
      { ...content, runtime: "node-2" },
      { ...content, tree: undefined },
      { ...content, staticFolder: "dist" },
      { ...content, platform: { ...content.platform, libc: "musl" as const } },
    ].map(artifactId);
    expect(new Set(ids).size).toBe(5);
  });
});

function variationsOf(item: ManifestEntry | undefined): ManifestEntry[] {
  if (item === undefined) return [];
  // Longer than any that is drawn, so that it can't be another file's.
  const renamed = { ...item, path: `${item.path}-with-a-longer-name` };
  if (item.kind === "folder") return [renamed];
  if (item.kind === "link") return [renamed, { ...item, target: `${item.target}!` }];
  const mode = item.mode === 0o444 ? 0o555 : 0o444;
  return [
    renamed,
    { ...item, mode },
    { ...item, sha256: `${item.sha256}!` },
    { ...item, sizeBytes: item.sizeBytes + 1 },
  ];
}
