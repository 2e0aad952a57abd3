import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { requireManifest } from "../../artifacts/artifact-store.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import { inParallel } from "../../artifacts/in-parallel.ts";
import { treeAt } from "../../artifacts/kept-tree.ts";
import { folderBytes } from "../../artifacts/folder-bytes.ts";
import { artifactAt, readManifest, type Manifest } from "../../artifacts/manifest.ts";
import { runtimeAt } from "../../artifacts/runtime-store.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { MachinePaths } from "../environment-paths.ts";
import type { Connection, Transfer } from "../ssh/connection.ts";
import { giveUpUpload } from "./give-up-upload.ts";
import { offerOf } from "./offer.ts";
import { nodesOwn } from "./runtime-files.ts";
import type { ArrivedArtifact, ArrivedFolder, FolderRoom, GivenUp, UploadBegun, Uploads } from "./uploads.ts";

export interface UploadRequest {
  /** cozy's folders on this machine, where the artifact is. */
  readonly machine: MachinePaths;
  readonly artifact: string;
  /** Artifacts that the host is likely to have, the likeliest first. */
  readonly likely: readonly string[];
}

export interface UploadReport {
  /** Bytes of files that went to the host; none where all was there. */
  readonly sentBytes: number;
  readonly files: number;
}

/** Files of no more than this go with the call that ends the upload, so that a small change needs no program beside it. */
const inCallBytes = 256 * 1024;

/** How long the artifact, its packages and its runtime may take to get to the host, each. */
export const transferMs = 30 * 60_000;

/**
 * Brings an artifact, the packages that it runs with and its runtime to a host, as far as they are not there. Can be called by several
 * at once, and again after a kill.
 */
export async function uploadArtifact(
  { machine, artifact, likely }: UploadRequest,
  to: { readonly uploads: Uploads; readonly connection: Pick<Connection, "send"> },
  signal: AbortSignal,
): Promise<UploadReport> {
  const manifest = await requireManifest(machine, artifact);
  const begun = await begin(manifest, await baseOf(machine, artifact, likely), to.uploads, signal);
  const { tree: hash, runtime: id } = manifest.content;
  const sent = new Sent(machine, to.connection, signal);
  try {
    const runtime = await sent.folder(id, runtimeAt(machine, id).folder, begun.runtime);
    const tree =
      hash === undefined ? undefined : await sent.folder(hash, treeAt(machine, hash).folder, begun.tree);
    const own = await sent.artifact(artifact, manifest, begun.artifact);
    if (tree ?? runtime ?? own) await to.uploads.finish({ tree, runtime, artifact: own }, signal);
  } catch (error) {
    throw await giveUpUpload(error, begun, sent.failed, to.uploads);
  }
  return sent.report;
}

/** The host may have lost the artifact that was taken for known. */
async function begin(
  manifest: Manifest,
  base: Manifest | undefined,
  uploads: Uploads,
  signal: AbortSignal,
): Promise<UploadBegun & { readonly artifact: Exclude<UploadBegun["artifact"], "base unknown"> }> {
  const { tree, runtime } = manifest.content;
  const begun = await uploads.begin({ artifact: offerOf(manifest, base), tree, runtime }, signal);
  const { artifact } = begun;
  if (artifact !== "base unknown") return { ...begun, artifact };
  if (base !== undefined) return begin(manifest, undefined, uploads, signal);
  throw new CozyError("defect", { message: "a host does not know the base of an offer that has none" });
}

/** The manifest to compare with, where this machine has it too. */
async function baseOf(
  machine: MachinePaths,
  artifact: string,
  likely: readonly string[],
): Promise<Manifest | undefined> {
  for (const id of likely.filter((one) => one !== artifact && one !== "")) {
    const manifest = await readManifest(artifactAt(machine, id).manifest).catch(ifDamaged);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

function ifDamaged(error: unknown): undefined {
  if (error instanceof CozyError) return undefined;
  throw error;
}

/** What goes to the host, and what is told of it when it has arrived. */
class Sent {
  readonly #machine: MachinePaths;
  readonly #connection: Pick<Connection, "send">;
  readonly #signal: AbortSignal;
  #sentBytes = 0;
  #files = 0;
  #failed: GivenUp | undefined;

  constructor(machine: MachinePaths, connection: Pick<Connection, "send">, signal: AbortSignal) {
    this.#machine = machine;
    this.#connection = connection;
    this.#signal = signal;
  }

  get report(): UploadReport {
    return { sentBytes: this.#sentBytes, files: this.#files };
  }

  /** Where a transfer failed that had begun, if one did. */
  get failed(): GivenUp | undefined {
    return this.#failed;
  }

  async folder(name: string, from: string, room: "there" | FolderRoom): Promise<ArrivedFolder | undefined> {
    if (room === "there") return undefined;
    const own = name.startsWith("node-") ? nodesOwn : undefined;
    const digesting = digestFolder(from, own?.leftOut ?? [], this.#signal);
    digesting.catch(() => undefined); // told below, unless the transfer fails first
    await this.#send(
      room.folder,
      { from: `${from}/`, to: `${room.folder}/`, linkTo: room.like, only: own?.sent },
      () => folderBytes(from),
    );
    return { name, folder: room.folder, digest: await digesting, fromHome: this.#machine.home };
  }

  async artifact(
    id: string,
    { content }: Manifest,
    room: Exclude<UploadBegun["artifact"], "base unknown">,
  ): Promise<ArrivedArtifact | undefined> {
    if (room === "there") return undefined;
    const { app } = artifactAt(this.#machine, id);
    const { folder, missing } = room;
    const sizes = new Map(
      content.files.map((entry) => [entry.path, entry.kind === "file" ? entry.sizeBytes : 0]),
    );
    const sizeBytes = missing.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
    if (sizeBytes > inCallBytes) {
      const transfer = { from: `${app}/`, to: `${folder}/app/`, only: missing };
      await this.#send(folder, transfer, async () => sizeBytes);
      return { id, folder, files: {} };
    }
    const files = await inParallel(missing, 16, async (path) => {
      return [path, (await readFile(join(app, path))).toString("base64")] as const;
    });
    this.#sentBytes += sizeBytes;
    this.#files += missing.length;
    return { id, folder, files: Object.fromEntries(files) };
  }

  async #send(
    room: string,
    transfer: Omit<Transfer, "timeoutMs">,
    weigh: () => Promise<number>,
  ): Promise<void> {
    try {
      const report = await this.#connection.send({ ...transfer, timeoutMs: transferMs }, this.#signal);
      this.#sentBytes += report.sentBytes;
      this.#files += report.files;
    } catch (error) {
      const isRsyncs = error instanceof CozyError && error.code === "transfer-failed";
      if (isRsyncs) this.#failed = { folder: room, sizeBytes: await weigh() };
      throw error;
    }
  }
}
