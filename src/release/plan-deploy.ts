import { isDeepStrictEqual } from "node:util";
import type { HostState } from "../hosts/host.ts";
import type { Environment, HookName, Project } from "../project/project.ts";
import { counted } from "../shared/words.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { backUp } from "./operations/back-up.ts";
import { buildArtifact } from "./operations/build-artifact.ts";
import { countLost, othersCounted } from "./operations/count-lost.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { migrate } from "./operations/migrate.ts";
import { pauseForPerson } from "./operations/pause-for-person.ts";
import { placeRelease } from "./operations/place-release.ts";
import { pruneReleases } from "./operations/prune-releases.ts";
import { rehearse } from "./operations/rehearse.ts";
import { runHook } from "./operations/run-hook.ts";
import { setScale } from "./operations/set-scale.ts";
import type { Scale } from "./instance-types.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, Plan, PlannedOperation } from "./plan.ts";
import { releasesToPrune } from "./retention.ts";
import { publishOnOneHost, startPhases } from "./serving-phases.ts";
import { settlePhases } from "./settle-phases.ts";
import { trafficPhases } from "./traffic-phases.ts";
import type { ReleaseDraft } from "./world.ts";

export interface DeployFacts {
  readonly project: Project;
  readonly environment: Environment;
  /** What is on the hosts now. */
  readonly fleet: Fleet;
  /** Hosts that can't be reached and are left out; the next deploy brings them along. */
  readonly without?: readonly string[];
  readonly release: ReleaseDraft;
  readonly artifactKey: string;
  /** Whether a person is waited for before the migrations. */
  readonly pauseBeforeMigrate?: boolean;
  /** Whether the artifact is built already. */
  readonly artifactKnown: boolean;
}

/** The whole deploy as data. Pure: what is on the host was observed before, what will be done is carried out after. */
export function planDeploy(facts: DeployFacts): Plan {
  const { project, environment, fleet, release, without = [] } = facts;
  const keeper = keeperOf(fleet);
  const staticFiles = project.app.static !== undefined;
  return {
    format: 1,
    command: "deploy",
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeper.current,
    commit: release.commit,
    ...(without.length === 0 ? {} : { without }),
    phases: [
      ...buildPhase(facts),
      ...preparePhase(facts),
      ...backupPhase(facts),
      ...rehearsePhase(facts),
      ...migratePhase(facts),
      ...startPhases(facts, staticFiles),
      ...trafficPhases(facts, [hook(facts, "beforeSwitch"), publishOnOneHost(facts, staticFiles)]),
      ...settlePhases(facts),
      ...finishPhase(facts),
    ],
  };
}

function buildPhase({
  project,
  environment: { target },
  fleet,
  release,
  artifactKey,
  artifactKnown,
}: DeployFacts): Phase[] {
  const builder = target.kind === "servers" ? target.builder : undefined;
  const where = builder === undefined ? "" : ` on ${builder.name}`;
  const title = artifactKnown ? "take the artifact that is built" : `build the artifact${where}`;
  const { commit } = release;
  const { timeoutMs } = project.app.build;
  return phase("build", "Build", [
    planned(buildArtifact, title, {
      host: keeperOf(fleet).host,
      key: artifactKey,
      commit,
      timeoutMs: timeoutMs + 600_000,
    }),
  ]);
}

function preparePhase(facts: DeployFacts): Phase[] {
  const { fleet, release, artifactKey } = facts;
  return phase("prepare", "Prepare", [
    ...fleet.flatMap(({ host, scale }) => [
      planned(placeRelease, `place release ${release.id}`, { host, artifactKey, release }),
      planned(ensureAgents, "supervisor and proxy", { host }),
      countsAsKeeper(fleet, host, scale),
    ]),
    hook(facts, "afterBuild"),
  ]);
}

/** One that was away, or is new, is told how many instances run: as many as on the others. */
function countsAsKeeper(fleet: Fleet, host: string, back: Scale): PlannedOperation | undefined {
  const { scale: to } = keeperOf(fleet);
  return isDeepStrictEqual(to, back)
    ? undefined
    : planned(setScale, "keep the counts of the others", { host, to, back });
}

/** Before the rehearsal, which is held on the newest backup; where none can be made, the deploy ends before anything was changed. */
function backupPhase(facts: DeployFacts): Phase[] {
  const { database, backups, rehearsal } = facts.environment;
  if (database?.kind !== "sqlite" || (backups === undefined && rehearsal === undefined)) return [];
  return phase("backup", "Back up", [backedUp(facts, "")]);
}

function backedUp({ fleet, release }: DeployFacts, suffix: string): PlannedOperation {
  const observed = keeperOf(fleet);
  const input = { host: observed.host, release: release.id, previous: observed.current ?? null };
  return planned(backUp, "back up the database", input, suffix);
}

/** Before anything that production would feel; the release lies on the host by then. */
function rehearsePhase({ project, environment, fleet, release }: DeployFacts): Phase[] {
  const observed = keeperOf(fleet);
  const { rehearsal } = environment;
  if (rehearsal === undefined || environment.database === undefined) return [];
  return phase("rehearse", "Rehearse", [
    planned(rehearse, "try the release on restored data", {
      host: observed.host,
      release: release.id,
      previous: observed.current ?? null,
      environment: environment.name,
      migrate: project.app.migrate ?? null,
      migrateWithinMs: rehearsal.migrateWithinMs,
      notProven: rehearsal.notProven,
    }),
  ]);
}

function migratePhase(facts: DeployFacts): Phase[] {
  const { project, environment, fleet, release } = facts;
  const { host } = keeperOf(fleet);
  const command = project.app.migrate;
  return phase("migrate", "Migrate the database", [
    command && facts.pauseBeforeMigrate === true
      ? planned(pauseForPerson, "wait for a person", {
          host,
          release: release.id,
          environment: environment.name,
          before: command.join(" "),
        })
      : undefined,
    command && environment.database?.kind === "sqlite" ? backedUp(facts, "-before-migrate") : undefined,
    hook(facts, "beforeMigrate"),
    command &&
      planned(migrate, command.join(" "), {
        host,
        release: release.id,
        environment: environment.name,
        command,
      }),
  ]);
}

function finishPhase(facts: DeployFacts): Phase[] {
  const { environment, fleet, release } = facts;
  const keeper = keeperOf(fleet);
  return phase(
    "finish",
    "Finish",
    [
      ...fleet.map((host) => prune(host, facts)),
      hook(facts, "afterDeploy"),
      planned(countLost, "count lost requests", {
        host: keeper.host,
        release: release.id,
        environment: environment.name,
        command: "deploy",
        since: keeper.clock,
        first: keeper.current === undefined,
        ...othersCounted(fleet),
      }),
    ],
    true,
  );
}

function prune(observed: HostState, { environment, fleet, release }: DeployFacts) {
  const releases = releasesToPrune(observed, release.id, environment.keep.releases);
  if (releases.length === 0) return undefined;
  const { host } = observed;
  const artifacts = host === keeperOf(fleet).host ? {} : { artifacts: false };
  return planned(pruneReleases, `remove ${counted(releases.length, "old release")}`, {
    host,
    releases,
    ...artifacts,
  });
}

function hook(facts: DeployFacts, name: HookName): PlannedOperation | undefined {
  const command = facts.release.hooks[name];
  if (!command) return undefined;
  const { fleet, release } = facts;
  const keeper = keeperOf(fleet);
  const input = {
    host: keeper.host,
    hook: name,
    command,
    release: release.id,
    previous: keeper.current ?? null,
    canStop: name !== "afterDeploy",
  };
  return planned(runHook, `hook ${name}`, input, `-${name}`);
}
