import { artifactId, sortedByPath, type Manifest, type ManifestEntry } from "../../artifacts/manifest.ts";
import { CozyError } from "../../errors/cozy-error.ts";

/**
 * An artifact on its way to a host, told as what differs from one that is there: the manifest of a thousand files is as long as many
 * applications.
 */
export interface ArtifactOffer {
  readonly id: string;
  readonly head: ManifestHead;
  /** The artifact that the files are compared with; without one they are told all. */
  readonly base: string | undefined;
  readonly removed: readonly string[];
  /** New, or other than the base's. */
  readonly changed: readonly ManifestEntry[];
}

/** A manifest without its files. */
export type ManifestHead = Omit<Manifest, "content"> & {
  readonly content: Omit<Manifest["content"], "files">;
};

/** Pure. */
export function offerOf(manifest: Manifest, base: Manifest | undefined): ArtifactOffer {
  const {
    content: { files, ...content },
    ...head
  } = manifest;
  const before = new Map(base?.content.files.map((entry) => [entry.path, JSON.stringify(entry)]));
  const now = new Set(files.map(({ path }) => path));
  return {
    id: manifest.id,
    head: { ...head, content },
    base: base?.id,
    removed: [...before.keys()].filter((path) => !now.has(path)),
    changed: files.filter((entry) => before.get(entry.path) !== JSON.stringify(entry)),
  };
}

/** The manifest that was offered. Its id is the hash of its content, so what is not whole is found here. Pure. */
export function manifestOf(
  { id, head, removed, changed }: ArtifactOffer,
  base: Manifest | undefined,
): Manifest {
  const replaced = new Set([...removed, ...changed.map(({ path }) => path)]);
  const kept = base?.content.files.filter(({ path }) => !replaced.has(path)) ?? [];
  const files = sortedByPath([...kept, ...changed]);
  const manifest: Manifest = { ...head, content: { ...head.content, files } };
  if (manifest.id === id && artifactId(manifest.content) === id) return manifest;
  throw new CozyError("upload-damaged", {
    message: `The manifest of the artifact ${id} did not arrive as it was sent.`,
    state: "Nothing was changed.",
    next: "Run the same command again.",
  });
}
