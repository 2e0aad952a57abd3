import type { Commit } from "../artifacts/commits-between.ts";
import type { ReleaseComparison } from "../comparison/compare-releases.ts";
import type { Difference } from "../comparison/difference.ts";
import type { ReleaseOnHost } from "../hosts/host.ts";
import { durationText } from "../shared/duration.ts";
import { textTable } from "./text-table.ts";

/** What `cozy diff` prints as JSON. */
export interface EnvironmentDiff {
  readonly environments: readonly [string, string];
  /** What the project file says differently of them. */
  readonly projectFile: readonly Difference[];
  /** The releases in force. */
  readonly releases: readonly [ReleaseOnHost | undefined, ReleaseOnHost | undefined];
  readonly comparison: ReleaseComparison;
}

const mostCommits = 20;

export function diffText(diff: EnvironmentDiff, now: number): string {
  const { environments, projectFile, releases, comparison } = diff;
  const [one, other] = environments;
  const rows = [
    ["serves", servesText(releases[0], now), servesText(releases[1], now)],
    ["commit", commitText(releases[0]), commitText(releases[1])],
    ...comparison.differences.map(row),
  ];
  return [
    projectFile.length === 0
      ? `The project file says the same of ${one} and ${other}.`
      : textTable([["In the project file", one, other], ...projectFile.map(row).map(indented)]),
    "",
    textTable([["What they run", one, other], ...rows.map(indented)]),
    ...sameText(comparison).map((line) => `  ${line}`),
    ...onlyIn(environments, comparison),
  ].join("\n");
}

function row({ what, one, other }: Difference): string[] {
  return [what, shown(one), shown(other)];
}

function indented([what = "", ...rest]: readonly string[]): string[] {
  return [`  ${what}`, ...rest];
}

function shown(text: string | undefined): string {
  if (text === undefined) return "-";
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= 48 ? line : `${line.slice(0, 47)}…`;
}

function servesText(release: ReleaseOnHost | undefined, now: number): string {
  return release === undefined
    ? "no release"
    : `${release.id} (${durationText(now - release.createdAt)} old)`;
}

function commitText(release: ReleaseOnHost | undefined): string {
  return release === undefined ? "-" : shown(`${release.commit.slice(0, 7)} ${release.commitSubject}`);
}

function sameText({
  sameArtifact,
  sameDependencies,
  sameRuntime,
  changedFiles,
}: ReleaseComparison): string[] {
  if (sameArtifact === undefined) return [];
  if (sameArtifact) return ["Both run the same artifact."];
  const parts = [
    ["dependencies", sameDependencies],
    ["runtime", sameRuntime],
  ] as const;
  const told = parts.flatMap(([name, same]) =>
    same === undefined
      ? []
      : [same ? `the same ${name}` : `another ${name === "runtime" ? "runtime" : "set of dependencies"}`],
  );
  const files =
    changedFiles === undefined
      ? []
      : [`${changedFiles} file${changedFiles === 1 ? "" : "s"} that differ${changedFiles === 1 ? "s" : ""}`];
  return [`Their artifacts differ: ${[...files, ...told].join(", ")}.`];
}

function onlyIn(
  [one, other]: readonly [string, string],
  { commits, sameCommit }: ReleaseComparison,
): string[] {
  if (sameCommit === undefined || sameCommit) return [];
  if (commits === undefined) return ["", "This repository does not know the commits of both."];
  return [...commitLines(one, other, commits.removed), ...commitLines(other, one, commits.added)];
}

function commitLines(has: string, lacks: string, commits: readonly Commit[]): string[] {
  if (commits.length === 0) return [];
  const count = `${commits.length} commit${commits.length === 1 ? "" : "s"}`;
  const more = commits.length - mostCommits;
  return [
    "",
    `${has} has ${count} that ${lacks} does not have:`,
    ...commits.slice(0, mostCommits).map(({ id, subject }) => `  ${id.slice(0, 7)} ${subject}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
