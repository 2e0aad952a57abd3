import { join } from "node:path";
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

export interface BuildEnvironmentParts {
  readonly runtimeBin: string;
  readonly appFolder: string;
  readonly os: string;
  readonly home: string;
  readonly temp: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * The whole environment of a build: its own variables and secrets, and what any program needs. Nothing of the deployer's, so that
 * every machine builds the same.
 */
export function buildEnvironment(parts: BuildEnvironmentParts): Record<string, string> {
  const { variables, secrets } = parts;
  return {
    HOME: parts.home,
    TMPDIR: parts.temp,
    LANG: "C.UTF-8",
    TZ: "UTC",
    CI: "true",
    NODE_ENV: "production",
    ...variables,
    ...secrets,
    PATH: searchPath(parts.runtimeBin, parts.appFolder, parts.os, variables["PATH"]),
  };
}
