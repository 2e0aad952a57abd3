import { realpath } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { CozyError } from "../errors/cozy-error.ts";
import type { RuntimeRequest } from "../project/project.ts";
import { nodePackage, nodeVersionsArguments } from "../stacks/node.ts";
import { askNode, type FoundNode } from "./ask-node.ts";
import {
  npmCommand,
  npmEnvironment,
  npmFailure,
  registryUnreachable,
  requireNpm,
  searchFolders,
} from "./npm.ts";
import { platformName, thisPlatform, type Platform } from "./platform.ts";
import { runProgram } from "./run-program.ts";
import { keptRuntimes } from "./runtime-store.ts";
import type { Workshop } from "./workshop.ts";

/** Which runtime a request comes to, before anything is fetched or kept. */
export interface RuntimeChoice {
  readonly engine: RuntimeRequest["engine"];
  /** Exact. */
  readonly version: string;
  readonly platform: Platform;
  /** `node-24.21.0-linux-x64-glibc`: the same on every machine, so that an artifact's key can be known before its build. */
  readonly name: string;
  readonly from:
    | { readonly place: "kept"; readonly id: string }
    | { readonly place: "this-machine"; readonly binary: string }
    | { readonly place: "registry" };
}

/**
 * Finds the version that a request comes to: one that is kept already, for Node the one that runs cozy, one of this machine, else,
 * for Node, the newest in the registry. Changes nothing.
 */
export async function chooseRuntime(request: RuntimeRequest, workshop: Workshop): Promise<RuntimeChoice> {
  if (request.engine === "node") return chooseNode(request, workshop);
  const { choosePython } = await import("./python-runtime.ts");
  return choosePython(request, workshop);
}

async function chooseNode(request: RuntimeRequest, workshop: Workshop): Promise<RuntimeChoice> {
  const range = semver.validRange(request.version);
  if (range === null) {
    throw new CozyError("runtime-version-unreadable", {
      message: `${request.source}: \`${request.version}\` is not a version or a range of versions of Node.`,
      next: "Write it as npm does: `24`, `24.21.0` or `>=22.15`.",
    });
  }
  const platform = thisPlatform();
  const choice = (version: string, from: RuntimeChoice["from"]): RuntimeChoice => ({
    engine: "node",
    version,
    platform,
    name: `node-${version}-${platformName(platform)}`,
    from,
  });

  const kept = (await keptRuntimes(workshop.machine))
    .filter((runtime) => platformName(runtime.platform) === platformName(platform))
    .filter((runtime) => semver.satisfies(runtime.version, range))
    .sort((a, b) => semver.rcompare(a.version, b.version))[0];
  if (kept !== undefined) return choice(kept.version, { place: "kept", id: kept.id });

  if (semver.satisfies(process.versions.node, range)) {
    return choice(process.versions.node, { place: "this-machine", binary: process.execPath });
  }
  for (const node of await nodesOnPath(workshop)) {
    if (semver.satisfies(node.version, range)) {
      return choice(node.version, { place: "this-machine", binary: node.binary });
    }
  }
  return choice(await newestInRegistry(request, range, platform, workshop), { place: "registry" });
}

async function nodesOnPath({ env, signal }: Workshop): Promise<FoundNode[]> {
  const files = await Promise.all(
    searchFolders(env).map((folder) => realpath(join(folder, "node")).catch(() => undefined)),
  );
  const distinct = [...new Set(files)].filter((file) => file !== undefined && file !== process.execPath);
  const nodes = await Promise.all(distinct.map((file) => askNode(file ?? "", signal)));
  return nodes.filter((node) => node !== undefined);
}

async function newestInRegistry(
  request: RuntimeRequest,
  range: string,
  platform: Platform,
  workshop: Workshop,
): Promise<string> {
  const wanted = `Node ${request.version} (${request.source})`;
  const name = nodePackage(platform.os, platform.arch);
  if (platform.libc === "musl") {
    throw new CozyError("runtime-not-found", {
      message: `No ${wanted} was found on this machine, and the registry has none for musl.`,
      next: `Install Node ${request.version} so that it is on the PATH.`,
    });
  }
  const npm = await requireNpm(workshop.env);
  const result = await runProgram(
    {
      command: npmCommand(npm, process.execPath, nodeVersionsArguments(platform.os, platform.arch)),
      folder: "/",
      env: npmEnvironment(workshop.env, process.execPath),
      timeoutMs: 60_000,
    },
    workshop.signal,
  );
  if (result.exitCode !== 0) {
    const failure = npmFailure(result);
    if (failure.code !== "E404") throw registryUnreachable(`${wanted} is not on this machine`, failure);
  }
  const versions = result.exitCode === 0 ? versionsIn(result.stdout) : [];
  const newest = semver.maxSatisfying(versions, range);
  if (newest !== null) return newest;
  throw new CozyError("runtime-not-found", {
    message: `No ${wanted} was found: not on this machine, and not among the ${versions.length} versions of ${name} in the registry.`,
    next: `Change the version in ${request.source}; this machine has Node ${process.versions.node}.`,
  });
}

function versionsIn(text: string): string[] {
  const value: unknown = JSON.parse(text);
  const versions = Array.isArray(value) ? value : [value];
  return versions.filter((version) => typeof version === "string");
}
