import type { Project } from "../project/project.ts";
import { keeperOf } from "./fleet.ts";
import { handOverSingletons, type Handover } from "./hand-over-singletons.ts";
import type { Plan } from "./plan.ts";

/** The keeper has been moved already, with all that it keeps; what runs once over the environment follows it. */
export function planMoveKeeper(facts: Omit<Handover, "from"> & { readonly project: Project }): Plan {
  const { project, environment, fleet, release } = facts;
  return {
    format: 1,
    command: "move-keeper",
    subject: keeperOf(fleet).host,
    project: project.name,
    environment: environment.name,
    release: release.id,
    previous: release.id,
    commit: release.commit,
    phases: handOverSingletons({ ...facts, from: fleet.slice(1) }),
  };
}
