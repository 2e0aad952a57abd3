import type { Platform } from "./platform.ts";

/** A runtime that is kept: it stays what it is, whatever happens to the one that it was taken from. */
export interface KeptRuntime {
  /** The name of its folder, which ends with its hash: `node-24.21.0-linux-x64-1a2b3c4d`. */
  readonly id: string;
  readonly version: string;
  readonly platform: Platform;
  readonly folder: string;
  /** The folder that holds its program: `node`, or `python3` and `python`. */
  readonly bin: string;
}

/** An installed set of packages, shared by every release that has the same lock file. */
export interface KeptTree {
  readonly hash: string;
  readonly folder: string;
  /** What the tree holds, as a CycloneDX document; absent where none could be made. */
  readonly sbom: string;
}

/** The packages to build with, and those to run with; either may be none. */
export interface Trees {
  readonly build: KeptTree | undefined;
  readonly run: KeptTree | undefined;
}
