import type { HostState, ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { countLost } from "./operations/count-lost.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { publishStatic } from "./operations/publish-static.ts";
import { runHook } from "./operations/run-hook.ts";
import { phase, planned } from "./planned.ts";
import type { Plan } from "./plan.ts";
import { startPhases, switchOperations } from "./serving-phases.ts";
import { settlePhases } from "./settle-phases.ts";

export interface RollbackFacts {
  readonly project: Project;
  readonly environment: Environment;
  readonly observed: HostState;
  /** The release to go back to, as it was placed. */
  readonly release: ReleaseRecord;
}

/** A deploy of a release that is there already: nothing is built, placed or migrated, and what is warm need not start. */
export function planRollback({ project, environment, observed, release }: RollbackFacts): Plan {
  const { host } = observed;
  const serving = { environment, observed, release };
  const command = release.hooks.afterRollback;
  return {
    format: 1,
    command: "rollback",
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: observed.current,
    commit: release.commit,
    phases: [
      ...phase("prepare", "Prepare", [
        observed.supervised ? undefined : planned(ensureAgents, "supervisor and proxy", { host }),
      ]),
      ...startPhases(serving),
      ...phase("switch", "Switch the traffic", [
        project.app.static && planned(publishStatic, "publish static files", { host, release: release.id }),
        ...switchOperations(serving),
      ]),
      ...settlePhases(serving),
      ...phase(
        "finish",
        "Finish",
        [
          command &&
            planned(
              runHook,
              "hook afterRollback",
              {
                host,
                hook: "afterRollback",
                command,
                release: release.id,
                previous: observed.current ?? null,
                canStop: false,
              },
              "-afterRollback",
            ),
          planned(countLost, "count lost requests", {
            host,
            release: release.id,
            environment: environment.name,
            command: "rollback",
            since: observed.clock,
            first: false,
          }),
        ],
        true,
      ),
    ],
  };
}
