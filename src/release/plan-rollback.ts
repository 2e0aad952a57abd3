import type { ReleaseRecord } from "../hosts/host.ts";
import type { Environment, Project } from "../project/project.ts";
import { keeperOf, type Fleet } from "./fleet.ts";
import { countLost, othersCounted } from "./operations/count-lost.ts";
import { ensureAgents } from "./operations/ensure-agents.ts";
import { runHook } from "./operations/run-hook.ts";
import { phase, planned } from "./planned.ts";
import type { Plan } from "./plan.ts";
import { publishOnOneHost, startPhases, switchPhases } from "./serving-phases.ts";
import { settlePhases } from "./settle-phases.ts";

export interface RollbackFacts {
  readonly project: Project;
  readonly environment: Environment;
  readonly fleet: Fleet;
  /** Hosts that can't be reached and are left out; the next deploy brings them along. */
  readonly without?: readonly string[];
  /** The release to go back to, as it was placed. */
  readonly release: ReleaseRecord;
}

/** A deploy of a release that is there already: nothing is built, placed or migrated, and what is warm need not start. */
export function planRollback(facts: RollbackFacts): Plan {
  const { project, environment, fleet, release, without = [] } = facts;
  const keeper = keeperOf(fleet);
  const staticFiles = project.app.static !== undefined;
  const command = release.hooks.afterRollback;
  return {
    format: 1,
    command: "rollback",
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: keeper.current,
    commit: release.commit,
    ...(without.length === 0 ? {} : { without }),
    phases: [
      ...phase(
        "prepare",
        "Prepare",
        fleet.map(({ host, supervised }) =>
          supervised ? undefined : planned(ensureAgents, "supervisor and proxy", { host }),
        ),
      ),
      ...startPhases(facts, staticFiles),
      ...switchPhases(facts, [publishOnOneHost(facts, staticFiles)]),
      ...settlePhases(facts),
      ...phase(
        "finish",
        "Finish",
        [
          command &&
            planned(
              runHook,
              "hook afterRollback",
              {
                host: keeper.host,
                hook: "afterRollback",
                command,
                release: release.id,
                previous: keeper.current ?? null,
                canStop: false,
              },
              "-afterRollback",
            ),
          planned(countLost, "count lost requests", {
            host: keeper.host,
            release: release.id,
            environment: environment.name,
            command: "rollback",
            since: keeper.clock,
            first: false,
            ...othersCounted(fleet),
          }),
        ],
        true,
      ),
    ],
  };
}
