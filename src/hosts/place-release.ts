import { chmod, mkdir, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { verifyArtifact } from "../artifacts/artifact-store.ts";
import { mindingTheDisk } from "../artifacts/disk-full.ts";
import { writeKept } from "../artifacts/kept-file.ts";
import { artifactAt, type Manifest, type ManifestEntry } from "../artifacts/manifest.ts";
import { copyFiles, linkOrCopy, placeFiles } from "../artifacts/place-files.ts";
import { sweepTemps, tempName } from "../artifacts/temp-name.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { revealed, type ResolvedVariables } from "../secrets/resolve-variables.ts";
import { Secret } from "../secrets/secret.ts";
import { releaseLayout } from "../stacks/release-layout.ts";
import type { EnvironmentPaths, MachinePaths } from "./environment-paths.ts";
import type { Placement } from "./host.ts";
import { resolvePlaceholders, withoutNpmIn } from "./place-release-commands.ts";
import { readRecord, releaseAt, type EnvironmentRecord } from "./release-folder.ts";

/** A placement, and how it is laid on this kind of machine. */
export interface Laying extends Placement {
  /** Whether the application has a user of its own: then its group may write into persisted folders, and read its variables. */
  readonly hasOwnUser?: boolean | undefined;
}

/**
 * Lays a release's folder and moves it in by one rename; a release that is there is left as it is. The artifact is held against its
 * manifest first.
 */
export async function placeRelease(
  paths: EnvironmentPaths,
  machine: MachinePaths,
  placement: Laying,
  signal: AbortSignal,
): Promise<void> {
  const { release } = placement;
  const place = releaseAt(paths, release.id);
  if ((await readRecord(place)) !== undefined) return;
  await mkdir(paths.releases, { recursive: true });
  await sweepTemps(paths.releases);
  const manifest = await verifyArtifact(machine, release.artifact, signal);
  const temp = tempName(place.folder);
  await mindingTheDisk(paths.releases, async () => {
    try {
      await lay(temp, paths, machine, placement, manifest, signal);
      await rename(temp, place.folder);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  });
}

async function lay(
  temp: string,
  paths: EnvironmentPaths,
  machine: MachinePaths,
  placement: Laying,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const { release, variables } = placement;
  const app = join(temp, "app");
  const artifact = artifactAt(machine, manifest.id);
  const { files, django } = manifest.content;
  const persist = outermost(placement.persist);
  const own = files.filter((entry) => !persist.some((folder) => isBelow(entry.path, folder)));
  await mkdir(temp);
  await placeFiles(artifact.app, app, own, signal, howToLay());
  for (const folder of persist) {
    const persisted = { folder, paths, artifactApp: artifact.app, app, files };
    await linkPersisted(persisted, placement.hasOwnUser ?? false);
  }
  const place = releaseAt(paths, release.id);
  const { links, variables: shared } = releaseLayout(manifest.content, place.folder, machine);
  for (const [at, target] of Object.entries(links)) await symlink(target, join(temp, at));
  await linkOrCopy(artifact.manifest, join(temp, "manifest.json"), 0o444, howToLay());
  await layAgents(join(temp, "agents"), placement.agents ?? {});

  const environment: EnvironmentRecord = {
    format: 1,
    variables: { ...shared, ...revealed(variables) },
    secrets: secretNames(variables),
  };
  // The watcher of schedules reads it, as the application's user: whoever runs as that one has these variables anyway.
  const mode = placement.hasOwnUser === true ? 0o640 : 0o600;
  await writeKept(join(temp, "environment.json"), { ...environment }, mode);
  const resolved = resolvePlaceholders(release, django);
  await writeKept(join(temp, "release.json"), { ...(await withoutNpmIn(resolved, app)) });
}

/**
 * A process that runs as root can write into a read-only file, and with a link it would write into the artifact, which other releases
 * are laid from.
 */
function howToLay(): "link" | "copy" {
  return process.getuid?.() === 0 ? "copy" : "link";
}

/** What the release's instances are started with stays with it, so that an update of cozy changes nothing about them. */
async function layAgents(folder: string, sources: Readonly<Record<string, string>>): Promise<void> {
  const agents = Object.entries(sources);
  if (agents.length === 0) return;
  await mkdir(folder);
  for (const [name, source] of agents) {
    const { mode } = await stat(source);
    await linkOrCopy(source, join(folder, name), mode & 0o777);
  }
}

/** `data/files` within `data` is persisted with it. */
function outermost(folders: readonly string[]): string[] {
  const tidy = [...new Set(folders.map((folder) => posix.normalize(folder).replace(/\/$/, "")))];
  return tidy.filter((folder) => !tidy.some((other) => other !== folder && isBelow(folder, other)));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

interface Persisted {
  readonly folder: string;
  readonly paths: EnvironmentPaths;
  readonly artifactApp: string;
  /** The application's folder of the release that is laid. */
  readonly app: string;
  readonly files: readonly ManifestEntry[];
}

/** A persisted folder begins with what the artifact has at its place; from then on releases only see it. */
async function linkPersisted(
  { folder, paths, artifactApp, app, files }: Persisted,
  shared: boolean,
): Promise<void> {
  const kept = join(paths.persist, folder);
  const found = files.filter((entry) => isBelow(entry.path, folder));
  if (found.some((entry) => entry.path === folder && entry.kind !== "folder")) {
    throw new CozyError("persist-conflict", {
      message: `\`persist\` names ${folder}, which is a file in the artifact and no folder.`,
      state: "The release was not placed; nothing that serves was touched.",
      next: `Remove ${folder} from the repository, or from \`persist\` in cozy.config.ts.`,
    });
  }
  const outermostMade = await mkdir(kept, { recursive: true });
  if (shared && outermostMade !== undefined) await shareFolders(kept, outermostMade);
  const within = found
    .filter((entry) => entry.path !== folder)
    .map((entry) => ({ ...entry, path: entry.path.slice(folder.length + 1) }));
  if (within.length > 0 && (await readdir(kept)).length === 0) {
    const temp = tempName(kept);
    await copyFiles(join(artifactApp, folder), temp, within);
    if (shared) await shareContent(temp);
    await rename(temp, kept);
  }
  await mkdir(dirname(join(app, folder)), { recursive: true });
  await symlink(kept, join(app, folder));
}

/** From a folder that was made just now up to the outermost one that was made with it. */
async function shareFolders(inner: string, outermostMade: string): Promise<void> {
  for (let folder = inner; ; folder = dirname(folder)) {
    await chmod(folder, sharedFolder);
    if (folder === outermostMade) return;
  }
}

/** What is made within gets the folder's group, which may write there. */
const sharedFolder = 0o2770;

async function shareContent(folder: string): Promise<void> {
  await chmod(folder, sharedFolder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await shareContent(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o660 : 0o770);
  }
}

function secretNames(variables: ResolvedVariables): string[] {
  return Object.keys(variables).filter((name) => variables[name] instanceof Secret);
}
