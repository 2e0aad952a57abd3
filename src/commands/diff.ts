import { commitsBetween } from "../artifacts/commits-between.ts";
import { parseManifest, readManifest, type Manifest } from "../artifacts/manifest.ts";
import { compareReleases, type EnvironmentState } from "../comparison/compare-releases.ts";
import { describeEnvironment } from "../comparison/describe-environment.ts";
import { differences } from "../comparison/difference.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { releaseAt } from "../hosts/release-folder.ts";
import { wholeRelease } from "../release/whole-release.ts";
import { applicationFolder } from "./application-folder.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";
import { diffText, type EnvironmentDiff } from "./diff-text.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { hostOf, openHostsToTell } from "./open-hosts.ts";

export const command = defineCommand({
  name: "diff",
  description:
    "Shows where two environments differ: what the project file says of them, and what they run. Of a secret only its source is told, never a value. Changes nothing; the exit code is 0 whether they differ or not.",
  arguments: [
    { name: "environment", help: "an environment of the project" },
    { name: "other", help: "another one" },
  ],
  options: {},
  examples: ["cozy diff staging production", "cozy diff staging production --json"],
  async run(context, { args }) {
    const [one, other] = [
      await openEnvironment(context, args.environment),
      await openEnvironment(context, args.other),
    ];
    if (one.environment.name === other.environment.name) {
      throw new CozyError("wrong-usage", {
        message: `${one.environment.name} does not differ from itself; name two environments.`,
      });
    }
    const [left, right] = await Promise.all([stateOf(context, one), stateOf(context, other)]);
    const commits = await commitsOf(one, left, right, context.signal);
    const { project } = one;
    const diff: EnvironmentDiff = {
      environments: [one.environment.name, other.environment.name],
      projectFile: differences(
        describeEnvironment(project, one.environment),
        describeEnvironment(project, other.environment),
      ),
      releases: [left.release, right.release],
      comparison: compareReleases(left, right, commits),
    };
    printResult(context, diff, () => diffText(diff, context.now()));
    return 0;
  },
});

/** Of servers the first one counts. */
async function stateOf(context: CommandContext, opened: OpenEnvironment): Promise<EnvironmentState> {
  const fleet = await openHostsToTell(context, opened);
  const host = hostOf(fleet, fleet.names[0] ?? "");
  const { releases, current, scale } = await host.observe(context.signal);
  const release = wholeRelease({ releases }, current);
  const manifest = release && (await manifestOf(context, opened, release.id));
  return { release, manifest, scale };
}

async function manifestOf(
  context: CommandContext,
  opened: OpenEnvironment,
  release: string,
): Promise<Manifest | undefined> {
  const { project, environment, paths } = opened;
  if (environment.target.kind === "this-machine") return readManifest(releaseAt(paths, release).manifest);
  const [{ connectionsOf }, { serverLayout }] = await Promise.all([
    import("./open-servers.ts"),
    import("../hosts/server-layout.ts"),
  ]);
  const [keeper] = await connectionsOf(context, opened);
  const { manifest: file } = releaseAt(serverLayout(project.name, environment.name).paths, release);
  const read = await keeper?.run(["cat", "--", file], { timeoutMs: 30_000 }, context.signal);
  return read?.exitCode === 0 ? parseManifest(file, read.stdout) : undefined;
}

async function commitsOf(
  { project }: OpenEnvironment,
  { release: from }: EnvironmentState,
  { release: to }: EnvironmentState,
  signal: AbortSignal,
) {
  if (from === undefined || to === undefined) return undefined;
  if (from.commit === to.commit) return { added: [], removed: [] };
  return commitsBetween({ folder: applicationFolder(project), from: from.commit, to: to.commit }, signal);
}
