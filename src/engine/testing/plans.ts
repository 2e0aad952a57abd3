import type { Phase, Plan } from "../../release/plan.ts";
import type { Who } from "../who.ts";

/** A plan for tests: each phase a list of `name@host`, those of the phases after `reversible` committed. */
export function planOf(phases: readonly (readonly string[])[], reversible = phases.length): Plan {
  return {
    format: 1,
    command: "deploy",
    project: "shop",
    environment: "production",
    release: "new",
    previous: "old",
    commit: "3f2a1bc",
    phases: phases.map((ids, index) => phaseOf(ids, index, index >= reversible)),
  };
}

function phaseOf(ids: readonly string[], index: number, committed: boolean): Phase {
  return {
    name: `phase-${index + 1}`,
    title: `Phase ${index + 1}`,
    committed,
    operations: ids.map((id) => ({
      id,
      kind: "put",
      host: id.split("@")[1] ?? "host",
      title: `put ${id}`,
      input: { id },
    })),
  };
}

export const someone: Who = { user: "deployer", host: "laptop", pid: 1 };

export const occasion = { who: someone, commits: [], reason: undefined, cozy: "0.1.0" };
