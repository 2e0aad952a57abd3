import { join } from "node:path";
import { buildEnvironmentOf, type BuildEnvironmentParts } from "./build-environment.ts";
import { pathOf } from "./search-path.ts";

/** Which packages a dependency tree holds: `build` with the development ones, `run` without. */
export type TreeKind = "build" | "run";

/** Arguments for npm that make the tree of the lock file and nothing else. */
export function installArguments(kind: TreeKind): string[] {
  const packages = kind === "build" ? ["--include=dev"] : ["--omit=dev"];
  return ["ci", ...packages, "--include=optional", "--include=peer", "--prefer-offline", ...quietly];
}

/** Arguments for npm that list what the run tree holds, as a CycloneDX document on stdout. */
export const sbomArguments = ["sbom", "--omit=dev", "--sbom-format=cyclonedx", "--package-lock-only"];

/** The npm package that carries Node itself for a platform. */
export function nodePackage(os: string, arch: string): string {
  return `node-${os}-${arch}`;
}

export function nodeVersionsArguments(os: string, arch: string): string[] {
  return ["view", nodePackage(os, arch), "versions", "--json"];
}

export function fetchNodeArguments(os: string, arch: string, version: string, folder: string): string[] {
  return ["pack", `${nodePackage(os, arch)}@${version}`, "--pack-destination", folder, "--json"];
}

const quietly = ["--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--json"];

/** The PATH of a release's processes: its runtime, then its dependencies' programs, then the system's. */
export function searchPath(runtimeBin: string, appFolder: string, os: string, rest?: string): string {
  return pathOf([runtimeBin, join(appFolder, "node_modules", ".bin")], os, rest);
}

export interface NodeEnvironmentParts extends BuildEnvironmentParts {
  readonly appFolder: string;
}

/** The whole environment of a build of a Node application. */
export function buildEnvironment(parts: NodeEnvironmentParts): Record<string, string> {
  const { runtimeBin, appFolder, os, variables } = parts;
  const path = searchPath(runtimeBin, appFolder, os, variables["PATH"]);
  return buildEnvironmentOf(parts, { NODE_ENV: "production" }, path);
}
