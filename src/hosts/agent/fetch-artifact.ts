import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { claimSource, markUsed, verifyFiles } from "../../artifacts/artifact-store.ts";
import { mindingTheDisk } from "../../artifacts/disk-full.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import { treeAt } from "../../artifacts/kept-tree.ts";
import { artifactAt, artifactId } from "../../artifacts/manifest.ts";
import { reseatTree } from "../../artifacts/reseat-tree.ts";
import { runtimeAt } from "../../artifacts/runtime-store.ts";
import { tempName } from "../../artifacts/temp-name.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import type { MachinePaths } from "../environment-paths.ts";
import type { Connection } from "../ssh/connection.ts";
import { leftOutOf } from "./runtime-files.ts";
import type { WholeArtifact } from "./whole-artifact.ts";

export interface FetchParts {
  /** cozy's folders on this machine. */
  readonly machine: MachinePaths;
  /** And on the host. */
  readonly there: MachinePaths;
  readonly connection: Pick<Connection, "receive">;
  readonly now: () => number;
}

const transferMs = 30 * 60_000;

/**
 * Brings an artifact that a host has to this machine, with what it runs on, as if it had been built here: from here it goes to the
 * other hosts. Gives the id of the one that counts. Can be called by several at once, and again after a kill.
 */
export async function fetchArtifact(
  { manifest, runtimeDigest, treeDigest }: WholeArtifact,
  parts: FetchParts,
  signal: AbortSignal,
): Promise<string> {
  const { machine, there, now } = parts;
  const { id, content, builtFrom } = manifest;
  const { runtime, tree } = content;
  const hasDigest = async (temp: string, name: string, digest: string | undefined): Promise<void> => {
    if ((await digestFolder(temp, [], signal)) !== digest) throw damaged(name);
  };
  const folders: Fetched[] = [
    // What an artifact needs comes before it, so that one that is there can be taken.
    {
      in: (one) => runtimeAt(one, runtime).folder,
      record: "runtime.json",
      async prove(temp) {
        for (const path of leftOutOf(runtime)) await rm(join(temp, path), { force: true });
        await hasDigest(temp, runtime, runtimeDigest);
      },
    },
    ...(tree === undefined
      ? []
      : [
          {
            in: (one: MachinePaths) => treeAt(one, tree).folder,
            record: "tree.json",
            async prove(temp: string) {
              await hasDigest(temp, tree, treeDigest);
              await reseatTree(temp, there.home, machine.home);
            },
          },
        ]),
    {
      in: (one) => artifactAt(one, id).folder,
      record: "manifest.json",
      async prove(temp) {
        const faults = await verifyFiles(manifest, join(temp, "app"), signal);
        if (faults.length > 0 || artifactId(content) !== id) throw damaged(id, faults);
      },
    },
  ];
  await mkdir(machine.artifacts, { recursive: true });
  return mindingTheDisk(machine.artifacts, async () => {
    for (const folder of folders) await fetchFolder(folder, parts, signal);
    return claimSource(machine, builtFrom.key, id, now());
  });
}

interface Fetched {
  /** Where it is among cozy's folders. */
  readonly in: (machine: MachinePaths) => string;
  /** The file in it that says that it is whole. */
  readonly record: string;
  /** Finds what did not arrive as it was sent. */
  readonly prove: (temp: string) => Promise<void>;
}

/** In one step for whoever looks, unless it is there. */
async function fetchFolder(
  fetched: Fetched,
  { machine, there, connection, now }: FetchParts,
  signal: AbortSignal,
): Promise<void> {
  const [from, to] = [fetched.in(there), fetched.in(machine)];
  if (!(await isThere(join(to, fetched.record)))) {
    await mkdir(dirname(to), { recursive: true });
    const temp = tempName(to);
    try {
      await connection.receive({ from: `${from}/`, to: `${temp}/`, timeoutMs: transferMs }, signal);
      await fetched.prove(temp);
      await rename(temp, to);
    } catch (error) {
      // Another command may have been first with the very same.
      if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  }
  await markUsed(to, now());
}

async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    () => false,
  );
}

function damaged(name: string, details: readonly string[] = []): CozyError {
  return new CozyError("upload-damaged", {
    message: `${name} did not arrive from the host as it is there: its content is another.`,
    state: "It was removed on arrival; nothing else was changed.",
    next: "Run the same command again.",
    details: details.slice(0, 20),
  });
}
