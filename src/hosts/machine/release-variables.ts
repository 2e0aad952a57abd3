import { join } from "node:path";
import type { Environment } from "../../project/project.ts";
import type { ResolvedVariables } from "../../secrets/resolve-variables.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import type { ReleaseRecord } from "../host.ts";

export interface VariableFacts {
  readonly release: ReleaseRecord;
  readonly environment: Pick<Environment, "database" | "media">;
  readonly paths: EnvironmentPaths;
  readonly homeFolder: string;
  /** The project's own; they count before cozy's. */
  readonly variables: ResolvedVariables;
}

/**
 * What a release's processes find in their environment beside the PATH to its runtime: what cozy knows (where its database and media
 * are, who it is) and the project's variables. Nothing of the deployer's environment. Pure.
 */
export function releaseVariables(facts: VariableFacts): ResolvedVariables {
  const { release, environment, paths, homeFolder, variables } = facts;
  return {
    HOME: homeFolder,
    LANG: "C.UTF-8",
    NODE_ENV: "production",
    COZY_PROJECT: release.project,
    COZY_ENVIRONMENT: release.environment,
    COZY_RELEASE: release.id,
    ...(environment.database?.kind === "sqlite" && {
      [environment.database.variable]: `sqlite:///${databaseFile(paths)}`,
    }),
    ...(environment.media && { [environment.media.variable]: `file://${encodeURI(paths.media)}` }),
    ...(release.staticUrl === undefined ? {} : { STATIC_URL: release.staticUrl }),
    ...variables,
  };
}

/** The SQLite database of an environment; it outlives releases. */
export function databaseFile(paths: EnvironmentPaths): string {
  return join(paths.database, "database.sqlite");
}
