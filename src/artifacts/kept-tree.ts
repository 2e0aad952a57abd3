import { mkdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { mindingTheDisk } from "./disk-full.ts";
import { hasStrings, readKept, writeKept } from "./kept-file.ts";
import type { KeptRuntime, KeptTree } from "./kept-runtime.ts";
import { tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";

export function treeAt(machine: MachinePaths, hash: string): KeptTree {
  const folder = join(machine.trees, hash);
  return { hash, folder, sbom: join(folder, "sbom.json") };
}

export interface NewTree {
  readonly hash: string;
  readonly kind: "build" | "run";
  readonly runtime: KeptRuntime;
  /** Fills the folder, which becomes the tree when it is whole; it may not be there yet. */
  readonly install: (temp: string) => Promise<void>;
}

/** The tree of that hash, installed unless it is there. Can be called by several at once, and again after a kill. */
export async function keepTreeOf(
  { hash, kind, runtime, install }: NewTree,
  workshop: Workshop,
): Promise<KeptTree> {
  const tree = treeAt(workshop.machine, hash);
  if (await isThere(tree)) return inUse(tree, workshop);
  const { trees } = workshop.machine;
  await mkdir(trees, { recursive: true });
  return mindingTheDisk(trees, async () => {
    const temp = tempName(tree.folder);
    try {
      await install(temp);
      const { id, platform } = runtime;
      const record = { format: 1, hash, kind, runtime: id, platform, madeAt: workshop.now() } as const;
      await writeKept(join(temp, "tree.json"), record);
      await moveIn(temp, tree);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
    return inUse(tree, workshop);
  });
}

export async function isThere(tree: KeptTree): Promise<boolean> {
  return (await readKept(join(tree.folder, "tree.json"), isTreeRecord)) !== undefined;
}

function isTreeRecord(value: unknown): value is { readonly hash: string } {
  return hasStrings(value, "hash", "kind", "runtime");
}

async function moveIn(temp: string, tree: KeptTree): Promise<void> {
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

/** Marks it as used, so that a prune at the same time leaves it. */
async function inUse(tree: KeptTree, { now }: Workshop): Promise<KeptTree> {
  const time = now() / 1000;
  await utimes(tree.folder, time, time);
  return tree;
}
