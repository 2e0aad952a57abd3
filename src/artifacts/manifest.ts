import { join } from "node:path";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { digestOf } from "./canonical-json.ts";
import { hasStrings, parseKept, readKept } from "./kept-file.ts";
import type { Stack } from "../project/project.ts";
import type { Platform } from "./platform.ts";

/** What an artifact is; its id is the hash of this, so equal content has one id wherever and whenever it was built. */
export interface ArtifactContent {
  readonly stack: Stack;
  readonly platform: Platform;
  /** The runtime that it was built for, and that it runs on. */
  readonly runtime: string;
  /** The hash of the dependency tree that it runs with, if it needs any packages. */
  readonly tree: string | undefined;
  /** What Django was asked for when the artifact was built; only of a Django application. */
  readonly django?: DjangoFacts | undefined;
  /** Relative to the application. */
  readonly staticFolder: string | undefined;
  /** Sorted by path. */
  readonly files: readonly ManifestEntry[];
}

/** What a Django application says of itself. */
export interface DjangoFacts {
  /** The settings module. */
  readonly settings: string;
  /** As servers take it: `shop.wsgi:application`. */
  readonly wsgi: string | undefined;
  readonly asgi: string | undefined;
  readonly staticUrl: string | undefined;
  readonly mediaUrl: string | undefined;
  /** Django's own version. */
  readonly version: string;
}

export type ManifestEntry =
  | {
      readonly kind: "file";
      readonly path: string;
      /** 0o444, or 0o555 where it can be executed. */
      readonly mode: number;
      readonly sizeBytes: number;
      readonly sha256: string;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  /** Only where it is empty: the others follow from their files. */
  | { readonly kind: "folder"; readonly path: string };

/** `manifest.json`. */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly content: ArtifactContent;
  /** How it came about; no part of the id. */
  readonly builtFrom: {
    readonly key: string;
    readonly commit: string;
    readonly sourceTree: string;
    /** The tree with the development packages, kept as long as the artifact for the next build. */
    readonly buildTree: string | undefined;
    readonly builtAt: number;
  };
  /** Within the artifact's folder. */
  readonly buildLog: "build.log" | undefined;
  readonly sbom: "sbom.json" | undefined;
}

export interface ArtifactPaths {
  readonly folder: string;
  readonly app: string;
  readonly manifest: string;
}

export function artifactAt(machine: MachinePaths, id: string): ArtifactPaths {
  const folder = join(machine.artifacts, id);
  return { folder, app: join(folder, "app"), manifest: join(folder, "manifest.json") };
}

/** Independent of the order in which files were found. */
export function artifactId(content: ArtifactContent): string {
  return digestOf({ ...content, files: sortedByPath(content.files) }).slice(0, 40);
}

export function sortedByPath(files: readonly ManifestEntry[]): ManifestEntry[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `undefined` where there is none. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  return readKept(file, isManifest);
}

/** One that was read elsewhere. */
export function parseManifest(file: string, text: string): Manifest {
  return parseKept(file, text, isManifest);
}

function isManifest(value: unknown): value is Manifest {
  if (!hasStrings(value, "id") || !hasStrings(value["builtFrom"], "key", "commit")) return false;
  const { content } = value;
  if (!hasStrings(content, "runtime") || !hasStrings(content["platform"], "os", "arch", "libc")) return false;
  return Array.isArray(content["files"]) && content["files"].every(isEntry);
}

function isEntry(value: unknown): value is ManifestEntry {
  if (!hasStrings(value, "kind", "path")) return false;
  const { kind } = value;
  if (kind === "link") return hasStrings(value, "target");
  if (kind !== "file") return kind === "folder";
  return hasStrings(value, "sha256") && isCount(value["mode"]) && isCount(value["sizeBytes"]);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value);
}
