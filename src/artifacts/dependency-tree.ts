import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { installArguments, sbomArguments, type TreeKind } from "../stacks/node.ts";
import { holdsPackages, treeHash, type Dependencies } from "./dependencies.ts";
import { diskFull } from "./disk-full.ts";
import type { KeptRuntime, KeptTree } from "./kept-runtime.ts";
import { keepTreeOf } from "./kept-tree.ts";
import { npmCommand, npmEnvironment, npmFailure, registryUnreachable, requireNpm, type Npm } from "./npm.ts";
import { runProgram, type OutputStream } from "./run-program.ts";
import type { Workshop } from "./workshop.ts";

/** A tree of npm's. */
export interface DependencyTree extends KeptTree {
  readonly modules: string;
}

export interface TreeRequest {
  /** The application's folder, checked out. */
  readonly folder: string;
  readonly dependencies: Dependencies;
  readonly kind: TreeKind;
  readonly runtime: KeptRuntime;
  /** Values for the `${NAME}`s in `.npmrc`: the build's variables and secrets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
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
  const hash = treeHash(dependencies, kind, runtime.id, runtime.platform);
  const install = (temp: string): Promise<void> => installInto({ ...request, kind }, temp, workshop);
  const tree = await keepTreeOf({ hash, kind, runtime, install }, workshop);
  return { ...tree, modules: modulesOf(tree) };
}

export function modulesOf({ folder }: Pick<KeptTree, "folder">): string {
  return join(folder, "node_modules");
}

async function installInto(request: TreeRequest, temp: string, workshop: Workshop): Promise<void> {
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
    ...npmEnvironment(workshop.env, nodeOf(runtime)),
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
  const command = npmCommand(npm, nodeOf(request.runtime), installArguments(request.kind));
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

function nodeOf({ bin }: KeptRuntime): string {
  return join(bin, "node");
}

/** The list of what is in the tree is made with it, once, so that a build of the next commit takes no time for it. */
async function describeTree(
  request: TreeRequest,
  npm: Npm,
  temp: string,
  env: Readonly<Record<string, string>>,
  { signal }: Workshop,
): Promise<void> {
  const command = npmCommand(npm, nodeOf(request.runtime), sbomArguments);
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
