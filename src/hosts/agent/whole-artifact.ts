import { verifyArtifact } from "../../artifacts/artifact-store.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import { treeAt } from "../../artifacts/kept-tree.ts";
import type { Manifest } from "../../artifacts/manifest.ts";
import { runtimeAt } from "../../artifacts/runtime-store.ts";
import type { MachinePaths } from "../environment-paths.ts";
import { leftOutOf } from "./runtime-files.ts";

/** An artifact that a host has, with what it runs on: where everything lies follows from the names, the digests are of `digestFolder`. */
export interface WholeArtifact {
  readonly manifest: Manifest;
  readonly runtimeDigest: string;
  readonly treeDigest: string | undefined;
}

/** What another machine that is to get an artifact of this one holds it against. One that differs from its manifest is an error. */
export async function wholeArtifact(
  machine: MachinePaths,
  id: string,
  signal: AbortSignal,
): Promise<WholeArtifact> {
  const manifest = await verifyArtifact(machine, id, signal);
  const { runtime, tree } = manifest.content;
  const digestOf = (folder: string, leftOut: readonly string[]) => digestFolder(folder, leftOut, signal);
  return {
    manifest,
    runtimeDigest: await digestOf(runtimeAt(machine, runtime).folder, leftOutOf(runtime)),
    treeDigest: tree === undefined ? undefined : await digestOf(treeAt(machine, tree).folder, []),
  };
}
