import { findArtifact } from "../artifacts/artifact-store.ts";
import { commitsBetween } from "../artifacts/commits-between.ts";
import type { Source } from "../artifacts/git-source.ts";
import { nameArtifact } from "../artifacts/local-builder.ts";
import type { Hold } from "../engine/hold-lease.ts";
import type { Commit } from "../engine/journal.ts";
import type { HostState } from "../hosts/host.ts";
import { strangeFiles, strangeFilesWarning } from "../hosts/strange-files.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { keeperOf, type Fleet } from "../release/fleet.ts";
import { releaseStarts } from "../release/host-starts.ts";
import { planDeploy } from "../release/plan-deploy.ts";
import { freeReleaseId } from "../release/release-id.ts";
import { refuseOtherPlatforms } from "../release/refuse-platforms.ts";
import { refuseSharedMemory } from "../release/scale-request.ts";
import type { ReleaseDraft } from "../release/world.ts";
import type { Environment } from "../project/project.ts";
import { certificateWarnings } from "../routing/nginx/certificate-warnings.ts";
import { secretsWarnings } from "../secrets/age/secrets-warnings.ts";
import { builderOf } from "./builder-of.ts";
import { applicationFolder } from "./application-folder.ts";
import type { Prepared } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import type { OptionSpec } from "./define-command.ts";
import { formerServersWarnings } from "./former-servers.ts";
import { lookAtCapacity } from "./look-at-capacity.ts";
import { observedFleet, platformsOf } from "./observe-fleet.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { releaseWorld } from "./release-world.ts";
import { checkReleaseVariables, resolveBuildSecrets } from "./resolve-values.ts";
import { scaleWarnings } from "./scale-text.ts";

export const refOption = {
  kind: "text",
  placeholder: "ref",
  help: "a commit, branch or tag instead of the current commit",
} as const satisfies OptionSpec;

export const pauseOption = {
  kind: "text",
  placeholder: "step",
  help: "wait for a person before this step: migrate",
} as const satisfies OptionSpec;

export interface DeployOptions {
  readonly ref: string | undefined;
  readonly pauseBefore?: string | undefined;
}

export interface PreparedDeploy extends Prepared {
  readonly release: ReleaseDraft;
  readonly artifactKey: string;
}

/** Looks at everything that a deploy needs and finds what is missing, before anything is touched; gives the plan. */
export async function preparedDeploy(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  { ref, pauseBefore }: DeployOptions,
  hold?: Hold,
): Promise<PreparedDeploy> {
  refuseUnknownPause(pauseBefore, opened);
  const { project, environment } = opened;
  const { signal } = context;
  const building = builderOf(context, opened);
  const workshop = { machine: opened.machine, env: context.env, now: context.now, signal };
  const [{ source, key, runtime }, platforms, { fleet, without, warnings }, variables] = await Promise.all([
    resolveBuildSecrets(context, opened).then((secrets) =>
      nameArtifact({ project, ref, secrets }, workshop, building.choose),
    ),
    platformsOf(open, signal),
    observedFleet(context, opened, open, "deploy", hold),
    checkReleaseVariables(context, opened, open.kept.generated), // a missing one is found now and not half-way
  ]);
  const { target } = environment;
  if (target.kind === "servers") refuseOtherPlatforms({ target, built: runtime.platform, platforms });
  const observed = keeperOf(fleet);
  refuseSharedMemory(observed.scale, environment);
  const release = draftRelease(context, opened, source, fleet);
  const known = await findArtifact(opened.machine, key);
  const plan = planDeploy({
    project,
    environment,
    fleet,
    without,
    release,
    artifactKey: key,
    pauseBeforeMigrate: pauseBefore === "migrate",
    artifactKnown: known !== undefined,
  });
  return {
    plan,
    world: releaseWorld(context, opened, open, building),
    release,
    artifactKey: key,
    commits: await commitsOf(opened, observed, source, signal),
    warnings: [
      ...warnings,
      ...(await lookAtCapacity(context, opened, {
        what: "the new release beside the old one",
        hosts: releaseStarts({ environment, fleet, release }),
        lays: { artifact: known ?? servingArtifact(observed), on: fleet },
        variables: async () => variables,
      })),
      ...(await secretsWarnings(project, [environment.name])),
      ...(await setUpWarningsOf(opened, fleet)),
      ...(await formerServersWarnings(opened, fleet)),
      ...certificateWarnings(fleet, siteOf(environment, context.now())),
      ...uncommittedWarning(source),
      ...scaleWarnings(observed, environment),
      ...(await strangeWarning(opened, observed)),
    ],
  };
}

/** What a set-up consists of is only looked at where there is one. */
export async function setUpWarningsOf(
  { project, environment }: OpenEnvironment,
  fleet: Fleet,
): Promise<readonly string[]> {
  if (environment.target.kind !== "servers") return [];
  const { refuseMissingUnits, setUpWarnings } = await import("../setup/set-up-warnings.ts");
  refuseMissingUnits(environment, fleet);
  return setUpWarnings(project, environment, fleet);
}

function servingArtifact({ current, releases }: HostState): string | undefined {
  return releases.find(({ id }) => id === current)?.artifact;
}

function siteOf({ name, domains }: Environment, now: number) {
  return { environment: name, certificate: domains?.certificate, now };
}

function refuseUnknownPause(step: string | undefined, { project }: OpenEnvironment): void {
  if (step === undefined) return;
  if (step !== "migrate") {
    throw new CozyError("wrong-usage", {
      message: `--pause-before takes the step \`migrate\`, and not "${step}".`,
    });
  }
  if (project.app.migrate !== undefined) return;
  throw new CozyError("wrong-usage", {
    message: `${project.name} has no \`migrate\` command, so there is nothing to pause before.`,
  });
}

function draftRelease(
  { now }: CommandContext,
  { project, environment }: OpenEnvironment,
  source: Source,
  fleet: Fleet,
): ReleaseDraft {
  const createdAt = now();
  const taken = fleet.flatMap(({ releases }) => releases.map(({ id }) => id));
  return {
    format: 1,
    id: freeReleaseId(source.commit, createdAt, taken),
    project: project.name,
    environment: environment.name,
    commit: source.commit,
    commitSubject: source.subject,
    createdAt,
    processes: environment.processes,
    ready: project.app.ready,
    smoke: environment.smoke,
    drain: environment.drain,
    hooks: project.app.hooks,
    staticUrl: project.app.static?.url,
    stack: project.app.stack,
    schedules: environment.schedules,
    console: project.app.console,
    contract: project.app.contract,
    migrateBack: project.app.migrateBack,
    backups: environment.backups,
  };
}

/** What comes with the release, for the history: since the one in force, or just its own commit. */
async function commitsOf(
  { project }: OpenEnvironment,
  observed: HostState,
  source: Source,
  signal: AbortSignal,
): Promise<readonly Commit[]> {
  const own = [{ id: source.commit, subject: source.subject, author: source.author }];
  const from = observed.releases.find(({ id }) => id === observed.current)?.commit;
  if (from === undefined || from === source.commit) return own;
  const range = await commitsBetween({ folder: applicationFolder(project), from, to: source.commit }, signal);
  return range === undefined || range.added.length === 0 ? own : range.added;
}

function uncommittedWarning({ uncommitted, commit }: Source): readonly string[] {
  if (uncommitted.length === 0) return [];
  const [first, ...others] = uncommitted;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return [`Not in this release, because not in commit ${commit.slice(0, 7)}: ${first}${more}.`];
}

/** What the serving release wrote beside what outlives it; a look that fails is no reason not to deploy. */
async function strangeWarning(
  { paths }: OpenEnvironment,
  { current }: HostState,
): Promise<readonly string[]> {
  if (current === undefined) return [];
  try {
    return strangeFilesWarning(await strangeFiles(paths, current));
  } catch {
    return [];
  }
}
