import type { CommitRange } from "../artifacts/commits-between.ts";
import type { Manifest, ManifestEntry } from "../artifacts/manifest.ts";
import type { ReleaseOnHost } from "../hosts/host.ts";
import type { Scale } from "../release/instance-types.ts";
import { differences, type Difference } from "./difference.ts";

/** What an environment runs, as far as it can be compared. */
export interface EnvironmentState {
  /** The release in force. */
  readonly release: ReleaseOnHost | undefined;
  readonly manifest: Manifest | undefined;
  /** Counts that `cozy scale` has set. */
  readonly scale: Scale;
}

/** `undefined` where one of the two can't be looked at. */
export interface ReleaseComparison {
  readonly sameCommit: boolean | undefined;
  readonly sameArtifact: boolean | undefined;
  readonly sameDependencies: boolean | undefined;
  readonly sameRuntime: boolean | undefined;
  /** Files that only one has, or that have another content. */
  readonly changedFiles: number | undefined;
  /** `undefined` where this repository does not know one of the commits. */
  readonly commits: CommitRange | undefined;
  /** Platform, runtime and counts that differ, in words. */
  readonly differences: readonly Difference[];
}

/** Pure. `commits` is the range from the first one's commit to the other's. */
export function compareReleases(
  one: EnvironmentState,
  other: EnvironmentState,
  commits: CommitRange | undefined,
): ReleaseComparison {
  const [a, b] = [one.manifest?.content, other.manifest?.content];
  const both = a !== undefined && b !== undefined;
  const known = one.release !== undefined && other.release !== undefined;
  return {
    sameCommit: known ? one.release.commit === other.release.commit : undefined,
    sameArtifact: known ? one.release.artifact === other.release.artifact : undefined,
    sameDependencies: both ? a.tree === b.tree : undefined,
    sameRuntime: both ? a.runtime === b.runtime : undefined,
    changedFiles: both ? changedFiles(a.files, b.files) : undefined,
    commits,
    differences: differences(stateWords(one), stateWords(other)),
  };
}

function stateWords({ manifest, scale }: EnvironmentState) {
  const content = manifest?.content;
  const counts = Object.entries(scale).map(([type, count]) => [`${type} scaled to`, String(count)] as const);
  return {
    ...(content && {
      platform: [content.platform.os, content.platform.arch, content.platform.libc].join(" "),
      runtime: content.runtime,
      "settings module": content.django?.settings,
    }),
    ...Object.fromEntries(counts),
  };
}

function changedFiles(one: readonly ManifestEntry[], other: readonly ManifestEntry[]): number {
  const left = new Map(one.map((entry) => [entry.path, contentOf(entry)]));
  const right = new Map(other.map((entry) => [entry.path, contentOf(entry)]));
  return [...new Set([...left.keys(), ...right.keys()])].filter((path) => left.get(path) !== right.get(path))
    .length;
}

function contentOf(entry: ManifestEntry): string {
  if (entry.kind === "file") return `${entry.sha256} ${entry.mode}`;
  return entry.kind === "link" ? `-> ${entry.target}` : "folder";
}
