import type { DataHolder, Environment, Project } from "../project/project.ts";

/** Everything that holds data of an environment, whether something is promised of it or not. */
export function dataHolders({ app }: Pick<Project, "app">, environment: Environment): DataHolder[] {
  return [
    ...(environment.database === undefined ? [] : (["database"] as const)),
    ...(environment.media === undefined ? [] : (["media"] as const)),
    ...(app.persist.length === 0 ? [] : (["persist"] as const)),
    // Without a service of their own they are rows of the database, or nothing that a server keeps.
    ...(environment.services.sessions === undefined ? [] : (["sessions"] as const)),
  ];
}

/** What this version of cozy backs up. */
export const backedUp: readonly DataHolder[] = ["database"];

/** `persistent folders`, as a sentence says it. */
export const holderWords = {
  database: "the database",
  media: "media files",
  persist: "persistent folders",
  sessions: "sessions",
} as const satisfies Record<DataHolder, string>;
