import type { App } from "../project/project.ts";
import { standInVariables } from "../stacks/django.ts";
import { digestOf, sha256 } from "./canonical-json.ts";
import type { Source } from "./git-source.ts";
import type { RuntimeChoice } from "./runtime.ts";

export interface ArtifactKeyParts {
  readonly source: Pick<Source, "tree" | "attributes">;
  readonly app: Pick<App, "stack" | "build" | "static" | "django" | "variables">;
  /** The values of `build.secrets`, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly runtime: Pick<RuntimeChoice, "name">;
}

/**
 * Names the artifact of a source before it is built: equal for everything that decides the build, and different where any of it
 * differs. The lock file is in the source's tree, the platform in the runtime's name. Pure.
 */
export function artifactKey({ source, app, secrets, runtime }: ArtifactKeyParts): string {
  return digestOf({
    recipe: 1,
    stack: app.stack,
    source: source.tree,
    attributes: source.attributes,
    command: app.build.command,
    variables: app.build.variables,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, sha256(value)])),
    staticFolder: app.static?.folder,
    // What Django is asked, and what it is told while it is asked.
    django:
      app.django === undefined
        ? undefined
        : {
            ...app.django,
            standIns: standInVariables(app, { database: "", media: "" }),
            staticUrl: app.static?.url,
          },
    runtime: runtime.name,
  }).slice(0, 40);
}
