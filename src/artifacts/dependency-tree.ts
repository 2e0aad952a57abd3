import { copyFile, mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { installArguments, sbomArguments, type TreeKind } from "../stacks/node.ts";
import { holdsPackages, treeHash, type Dependencies } from "./dependencies.ts";
import { diskFull, mindingTheDisk } from "./disk-full.ts";
import { hasStrings, readKept, writeKept } from "./kept-file.ts";
import { npmCommand, npmEnvironment, npmFailure, registryUnreachable, requireNpm, type Npm } from "./npm.ts";
import { runProgram, type OutputStream } from "./run-program.ts";
import type { Runtime } from "./runtime-store.ts";
import { tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";

/** An installed set of packages, shared by every release that has the same lock file. */
export interface DependencyTree {
  readonly hash: string;
  readonly folder: string;
  readonly modules: string;
  /** What the tree holds, as a CycloneDX document; absent where npm could not make one. */
  readonly sbom: string;
}

export interface TreeRequest {
  /** The application's folder, checked out. */
  readonly folder: string;
  readonly dependencies: Dependencies;
  readonly kind: TreeKind;
  readonly runtime: Runtime;
  /** Values for the `${NAME}`s in `.npmrc`: the build's variables and secrets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export function treeAt(machine: MachinePaths, hash: string): DependencyTree {
  const folder = join(machine.trees, hash);
  return { hash, folder, modules: join(folder, "node_modules"), sbom: join(folder, "sbom.json") };
}

/** The tree, installed unless it is there; `undefined` when it would hold nothing. With the tree there, no network is asked. */
export async function keepTree(
  request: TreeRequest,
  workshop: Workshop,
): Promise<DependencyTree | undefined> {
  const { dependencies, runtime } = request;
  if (!holdsPackages(dependencies, request.kind)) return undefined;
  // Without development packages both trees are one.
  const kind = dependencies.hasDevelopment ? request.kind : "run";
  const tree = treeAt(workshop.machine, treeHash(dependencies, kind, runtime.id, runtime.platform));
  if (await isThere(tree)) return inUse(tree, workshop);

  const { trees } = workshop.machine;
  await mkdir(trees, { recursive: true });
  return mindingTheDisk(trees, async () => {
    const temp = tempName(tree.folder);
    try {
      await install({ ...request, kind }, temp, workshop);
      const { id, platform } = runtime;
      const record = {
        format: 1,
        hash: tree.hash,
        kind,
        runtime: id,
        platform,
        madeAt: workshop.now(),
      } as const;
      await writeKept(join(temp, "tree.json"), record);
      await moveIn(temp, tree);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
    return inUse(tree, workshop);
  });
}

export async function isThere(tree: DependencyTree): Promise<boolean> {
  return (await readKept(join(tree.folder, "tree.json"), isTreeRecord)) !== undefined;
}

function isTreeRecord(value: unknown): value is { readonly hash: string } {
  return hasStrings(value, "hash", "kind", "runtime");
}

async function moveIn(temp: string, tree: DependencyTree): Promise<void> {
  try {
    await rename(temp, tree.folder);
  } catch (error) {
    // Another builder was first, with the same packages.
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
    if (await isThere(tree)) return;
    throw new CozyError("kept-file-damaged", {
      message: `${tree.folder} has no tree.json: it is no dependency tree that cozy finished.`,
      state: "It was left as it is.",
      next: `Move ${tree.folder} away, then run the command again.`,
      cause: error,
    });
  }
}

async function install(request: TreeRequest, temp: string, workshop: Workshop): Promise<void> {
  const { dependencies, runtime } = request;
  workshop.onStep?.(
    request.kind === "build" ? "installing packages for the build" : "installing packages to run",
  );
  const npm = await requireNpm(workshop.env);
  await mkdir(join(temp, "node_modules"), { recursive: true });
  await writeFile(join(temp, "package.json"), JSON.stringify(dependencies.packageFile, undefined, 2));
  await writeFile(join(temp, dependencies.lockName), dependencies.lock);
  if (dependencies.npmrc !== undefined) {
    await writeFile(join(temp, ".npmrc"), dependencies.npmrc, { mode: 0o600 });
  }
  for (const archive of dependencies.archives) {
    await mkdir(dirname(join(temp, archive)), { recursive: true });
    await copyFile(join(request.folder, archive), join(temp, archive));
  }
  const env = {
    ...npmEnvironment(workshop.env, runtime.node),
    ...namedIn(dependencies.npmrc, request.variables),
  };
  await runInstall(request, npm, temp, env, workshop);
  await describeTree(request, npm, temp, env, workshop);
  // It may hold a token, and nobody reads it again.
  await rm(join(temp, ".npmrc"), { force: true });
}

async function runInstall(
  request: TreeRequest,
  npm: Npm,
  temp: string,
  env: Readonly<Record<string, string>>,
  { signal, onOutput }: Workshop,
): Promise<void> {
  const printed: string[] = [];
  const onLine = (stream: OutputStream, line: string): void => {
    if (stream === "stdout") printed.push(line);
    else onOutput?.(stream, line);
  };
  const command = npmCommand(npm, request.runtime.node, installArguments(request.kind));
  const run = { command, folder: temp, env, timeoutMs: request.timeoutMs, onLine };
  const result = await runProgram(run, signal);
  if (result.exitCode === 0) return;
  const failure = npmFailure({
    ...result,
    stdout: printed.join("\n"),
    tail: result.tail.filter((line) => !printed.includes(line)),
  });
  if (failure.code === "ENOSPC" || failure.code === "EDQUOT") throw diskFull(dirname(temp), result);
  if (failure.network) throw registryUnreachable("The dependencies could not be installed", failure);
  const how = result.timedOut
    ? `did not end within ${Math.round(request.timeoutMs / 1000)} s`
    : `ended with ${result.exitCode ?? result.signal}`;
  throw new CozyError("dependencies-failed", {
    message: `npm ci ${how}${failure.code === undefined ? "" : ` (${failure.code})`}.`,
    state: "Nothing was built; the dependency trees that were there are as they were.",
    next:
      failure.code === "EUSAGE"
        ? "npm install && git add package.json package-lock.json && git commit"
        : "Run `npm ci` in the application's folder to see it fail there.",
    details: failure.lines,
  });
}

/** The list of what is in the tree is made with it, once, so that a build of the next commit takes no time for it. */
async function describeTree(
  request: TreeRequest,
  npm: Npm,
  temp: string,
  env: Readonly<Record<string, string>>,
  { signal }: Workshop,
): Promise<void> {
  const command = npmCommand(npm, request.runtime.node, sbomArguments);
  const result = await runProgram({ command, folder: temp, env, timeoutMs: 20_000 }, signal);
  if (result.exitCode === 0) await writeFile(join(temp, "sbom.json"), result.stdout);
}

/** Of the build's variables and secrets only those that `.npmrc` asks for: install scripts of packages see them too. */
function namedIn(
  npmrc: Buffer | undefined,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = [...(npmrc?.toString("utf8") ?? "").matchAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\??\}/g)];
  return Object.fromEntries(
    names.flatMap(([, name = ""]) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
}

/** Marks it as used, so that a prune at the same time leaves it. */
async function inUse(tree: DependencyTree, { now }: Workshop): Promise<DependencyTree> {
  const time = now() / 1000;
  await utimes(tree.folder, time, time);
  return tree;
}
