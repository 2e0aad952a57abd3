import type { ResolvedVariables } from "../secrets/resolve-variables.ts";

/** What a scratch environment is given by whoever has the project file and its secrets. */
export interface ScratchGiven {
  /** Folders that outlive releases. */
  readonly persist: readonly string[];
  /** What differs from the environment's own variables, by `rehearsal.variables`. */
  readonly variables: ResolvedVariables;
}
