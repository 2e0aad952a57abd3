import type { HostState } from "../hosts/host.ts";
import type { Environment, HookName, Project } from "../project/project.ts";
import { backUp } from "./operations/back-up.ts";
import { buildArtifact } from "./operations/build-artifact.ts";
import { countLost } from "./operations/count-lost.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { migrate } from "./operations/migrate.ts";
import { pauseForPerson } from "./operations/pause-for-person.ts";
import { placeRelease } from "./operations/place-release.ts";
import { pruneReleases } from "./operations/prune-releases.ts";
import { rehearse } from "./operations/rehearse.ts";
import { publishStatic } from "./operations/publish-static.ts";
import { runHook } from "./operations/run-hook.ts";
import { phase, planned } from "./planned.ts";
import type { Phase, Plan, PlannedOperation } from "./plan.ts";
import { releasesToPrune } from "./retention.ts";
import { startPhases } from "./serving-phases.ts";
import { settlePhases } from "./settle-phases.ts";
import { trafficPhases } from "./traffic-phases.ts";
import type { ReleaseDraft } from "./world.ts";

export interface DeployFacts {
  readonly project: Project;
  readonly environment: Environment;
  /** What is on the host now. */
  readonly observed: HostState;
  readonly release: ReleaseDraft;
  readonly artifactKey: string;
  /** Whether a person is waited for before the migrations. */
  readonly pauseBeforeMigrate?: boolean;
  /** Whether the artifact is built already. */
  readonly artifactKnown: boolean;
}

/** The whole deploy as data. Pure: what is on the host was observed before, what will be done is carried out after. */
export function planDeploy(facts: DeployFacts): Plan {
  const { project, environment, observed, release } = facts;
  return {
    format: 1,
    command: "deploy",
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: observed.current,
    commit: release.commit,
    phases: [
      ...buildPhase(facts),
      ...preparePhase(facts),
      ...backupPhase(facts),
      ...rehearsePhase(facts),
      ...migratePhase(facts),
      ...startPhases(serving(facts)),
      ...trafficPhases(serving(facts), [
        hook(facts, "beforeSwitch"),
        project.app.static &&
          planned(publishStatic, "publish static files", { host: observed.host, release: release.id }),
      ]),
      ...settlePhases(serving(facts)),
      ...finishPhase(facts),
    ],
  };
}

function buildPhase({ project, observed, release, artifactKey, artifactKnown }: DeployFacts): Phase[] {
  const title = artifactKnown ? "take the artifact that is built" : "build the artifact";
  const { commit } = release;
  const { timeoutMs } = project.app.build;
  return phase("build", "Build", [
    planned(buildArtifact, title, {
      host: observed.host,
      key: artifactKey,
      commit,
      timeoutMs: timeoutMs + 600_000,
    }),
  ]);
}

function preparePhase(facts: DeployFacts): Phase[] {
  const { observed, release, artifactKey } = facts;
  const { host } = observed;
  return phase("prepare", "Prepare", [
    planned(placeRelease, `place release ${release.id}`, { host, artifactKey, release }),
    planned(ensureAgents, "supervisor and proxy", { host }),
    hook(facts, "afterBuild"),
  ]);
}

/** Before the rehearsal, which is held on the newest backup; where none can be made, the deploy ends before anything was changed. */
function backupPhase(facts: DeployFacts): Phase[] {
  const { database, backups, rehearsal } = facts.environment;
  if (database === undefined || (backups === undefined && rehearsal === undefined)) return [];
  return phase("backup", "Back up", [backedUp(facts, "")]);
}

function backedUp({ observed, release }: DeployFacts, suffix: string): PlannedOperation {
  const input = { host: observed.host, release: release.id, previous: observed.current ?? null };
  return planned(backUp, "back up the database", input, suffix);
}

/** Before anything that production would feel; the release lies on the host by then. */
function rehearsePhase({ project, environment, observed, release }: DeployFacts): Phase[] {
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
  const { project, environment, observed, release } = facts;
  const { host } = observed;
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
    command && environment.database ? backedUp(facts, "-before-migrate") : undefined,
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
  const { environment, observed, release } = facts;
  const old = releasesToPrune(observed, release.id, environment.keep.releases);
  return phase(
    "finish",
    "Finish",
    [
      old.length > 0
        ? planned(pruneReleases, `remove ${old.length} old ${old.length === 1 ? "release" : "releases"}`, {
            host: observed.host,
            releases: old,
          })
        : undefined,
      hook(facts, "afterDeploy"),
      planned(countLost, "count lost requests", {
        host: observed.host,
        release: release.id,
        environment: environment.name,
        command: "deploy",
        since: observed.clock,
        first: observed.current === undefined,
      }),
    ],
    true,
  );
}

function hook(facts: DeployFacts, name: HookName): PlannedOperation | undefined {
  const command = facts.release.hooks[name];
  if (!command) return undefined;
  const { observed, release } = facts;
  const input = {
    host: observed.host,
    hook: name,
    command,
    release: release.id,
    previous: observed.current ?? null,
    canStop: name !== "afterDeploy",
  };
  return planned(runHook, `hook ${name}`, input, `-${name}`);
}

function serving({ environment, observed, release }: DeployFacts) {
  return { environment, observed, release };
}
