import { artifactAt, readManifest, type Manifest } from "../artifacts/manifest.ts";
import { folderBytes } from "../artifacts/folder-bytes.ts";
import { treeAt } from "../artifacts/kept-tree.ts";
import { runtimeAt } from "../artifacts/runtime-store.ts";
import { systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import type { HostState } from "../hosts/host.ts";
import type { DiskWants } from "../release/capacity-disk.ts";

/**
 * What an artifact takes on the disks of these hosts, by host, as far as this machine can tell without asking them. Packages and runtime
 * are only looked at for servers: this machine has them where they are.
 */
export async function weighArtifact(
  machine: MachinePaths,
  artifact: string | undefined,
  hosts: readonly HostState[],
  servers: boolean,
): Promise<Readonly<Record<string, DiskWants>>> {
  // One that was built elsewhere or pruned here tells nothing.
  const manifest = artifact === undefined ? undefined : await manifestOf(machine, artifact);
  const artifactBytes = manifest?.content.files.reduce(
    (sum, file) => sum + (file.kind === "file" ? file.sizeBytes : 0),
    0,
  );
  const lacking = await Promise.all(
    hosts.map(async (host) => (manifest === undefined || !servers ? [] : lackingOn(machine, manifest, host))),
  );
  const sizes = await Promise.all(
    [...new Set(lacking.flat())].map(async (folder) => [folder, await bytesIn(folder)] as const),
  );
  const bytesOf = new Map(sizes);
  return Object.fromEntries(
    hosts.map(({ host }, at) => {
      const besideBytes = (lacking[at] ?? []).reduce((sum, folder) => sum + (bytesOf.get(folder) ?? 0), 0);
      return [host, { artifactBytes, besideBytes }];
    }),
  );
}

/**
 * The folders that no release on the host came with; other environments may have brought them, but a disk without room for them is too
 * full all the same. Where a release can't be looked into, nothing is known to be lacking.
 */
async function lackingOn(machine: MachinePaths, wanted: Manifest, host: HostState): Promise<string[]> {
  let lacking = foldersOf(machine, wanted);
  const newestFirst = host.releases.toSorted((a, b) => b.createdAt - a.createdAt);
  for (const { artifact } of newestFirst) {
    if (lacking.length === 0) break;
    const manifest = await manifestOf(machine, artifact);
    if (manifest === undefined) return [];
    const there = foldersOf(machine, manifest);
    lacking = lacking.filter((folder) => !there.includes(folder));
  }
  return lacking;
}

function foldersOf(machine: MachinePaths, { content: { tree, runtime } }: Manifest): string[] {
  return [runtimeAt(machine, runtime).folder, ...(tree === undefined ? [] : [treeAt(machine, tree).folder])];
}

/** A damaged one tells as little as none. */
function manifestOf(machine: MachinePaths, artifact: string): Promise<Manifest | undefined> {
  return readManifest(artifactAt(machine, artifact).manifest).catch(() => undefined);
}

async function bytesIn(folder: string): Promise<number> {
  try {
    return await folderBytes(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0; // pruned meanwhile
    throw error;
  }
}
