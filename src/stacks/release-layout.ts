import { join } from "node:path";
import { modulesOf } from "../artifacts/dependency-tree.ts";
import { treeAt } from "../artifacts/kept-tree.ts";
import type { ArtifactContent } from "../artifacts/manifest.ts";
import { runtimeAt } from "../artifacts/runtime-store.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { djangoPath, pythonVariables } from "./django.ts";
import { searchPath } from "./node.ts";

/** How a release's folder leads to what releases share, and what every process of it has in its environment for that. */
export interface ReleaseLayout {
  /** Symbolic links: places within the release's folder, and what they lead to. */
  readonly links: Readonly<Record<string, string>>;
  /** The application's own variables count before these. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Pure. */
export function releaseLayout(
  content: Pick<ArtifactContent, "stack" | "platform" | "runtime" | "tree" | "django">,
  folder: string,
  machine: MachinePaths,
): ReleaseLayout {
  const { platform, tree, django } = content;
  const runtime = { runtime: runtimeAt(machine, content.runtime).folder };
  const runtimeBin = join(folder, "runtime", "bin");
  const shared = tree === undefined ? undefined : treeAt(machine, tree);
  if (content.stack === "django") {
    return {
      links: { ...runtime, ...(shared && { tree: shared.folder }) },
      variables: {
        PATH: djangoPath(join(folder, "tree"), runtimeBin, platform.os),
        ...pythonVariables,
        ...(django && { DJANGO_SETTINGS_MODULE: django.settings }),
      },
    };
  }
  return {
    links: { ...runtime, ...(shared && { [join("app", "node_modules")]: modulesOf(shared) }) },
    variables: { PATH: searchPath(runtimeBin, join(folder, "app"), platform.os) },
  };
}
