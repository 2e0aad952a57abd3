import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readDependencies } from "../artifacts/dependencies.ts";
import { keepTree, modulesOf } from "../artifacts/dependency-tree.ts";
import { linkModules } from "../artifacts/link-modules.ts";
import { keepRuntime } from "../artifacts/runtime-store.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { KeptTree } from "../artifacts/kept-runtime.ts";
import { buildEnvironment } from "./node.ts";
import { npmFaults, type NpmFault } from "./npm-faults.ts";
import { readPackageScripts } from "./package-scripts.ts";
import { npmInRelease } from "./release-commands.ts";
import type { BuildSite, Stack } from "./stack.ts";

/** Packages by npm's lock file, laid as `node_modules`. */
export const nodeStack: Stack = {
  leftOut: ["node_modules"],

  async checkSource({ folder, commit }) {
    if (!(await isFolder(join(folder, "node_modules")))) return;
    throw new CozyError("modules-in-source", {
      message: `Commit ${commit.slice(0, 7)} holds node_modules; packages come from the lock file.`,
      state: "Nothing was built.",
      next: "git rm -r --cached node_modules && echo node_modules >> .gitignore && git commit -a",
    });
  },

  keepRuntime: ({ choice, workshop }) => keepRuntime(choice, workshop),

  async keepTrees({ folder, app, secrets, workshop }, runtime) {
    const dependencies = await readDependencies(folder);
    if (dependencies === undefined) return { build: undefined, run: undefined };
    const variables = { ...app.build.variables, ...secrets };
    const request = { folder, dependencies, runtime, variables, timeoutMs: app.build.timeoutMs };
    const build =
      app.build.command === undefined ? undefined : await keepTree({ ...request, kind: "build" }, workshop);
    return { build, run: await keepTree({ ...request, kind: "run" }, workshop) };
  },

  async beforeCommand({ folder, app, secrets, workshop }, runtime, trees) {
    if (trees.build !== undefined) await linkModules(modulesOf(trees.build), folder);
    return buildEnvironment({
      runtimeBin: runtime.bin,
      appFolder: folder,
      os: runtime.platform.os,
      home: workshop.env["HOME"] ?? "/",
      // The system's own: sockets that build tools make there have a short path.
      temp: workshop.env["TMPDIR"] ?? "/tmp",
      variables: app.build.variables,
      secrets,
    });
  },

  async afterCommand({ folder }) {
    await rm(join(folder, "node_modules"), { recursive: true, force: true });
  },

  async complete(site, _runtime, { run }) {
    await requireStaticFolder(site);
    await refuseNpm(site, run);
    return { staticFolder: site.app.static?.folder, django: undefined };
  },
};

async function requireStaticFolder({ app, folder, redact }: BuildSite): Promise<void> {
  if (app.static === undefined || (await isFolder(join(folder, app.static.folder)))) return;
  throw new CozyError("static-folder-missing", {
    message: `The folder ${app.static.folder} (static.folder) is not there after the build.`,
    state: "No artifact was made.",
    next:
      app.build.command === undefined
        ? "Set build.command in cozy.config.ts to what makes it, or commit the folder."
        : `Have \`${redact(app.build.command.join(" "))}\` make it, or correct static.folder in cozy.config.ts.`,
  });
}

/** Refuses commands that no release could run: a release has no npm. */
async function refuseNpm({ app, folder }: BuildSite, tree: KeptTree | undefined): Promise<void> {
  const programs = new Set(tree === undefined ? [] : await namesIn(join(modulesOf(tree), ".bin")));
  const [first, ...others] = npmFaults(app, await readPackageScripts(folder), (name) => programs.has(name));
  if (first === undefined) return;
  const text = ({ of, command, why }: NpmFault) =>
    `\`${command}\` (${of}) can't be run in a release: ${why}.`;
  throw npmInRelease(text(first), "No artifact was made, and nothing that serves was touched.").with({
    details: others.map(text),
  });
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []); // packages without any program have no such folder
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
