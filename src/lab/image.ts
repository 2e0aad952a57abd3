import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { bootstrap, furnish, noServices, perHostFiles } from "./image-commands.ts";
import { aptOptions, imageHash, sourcesList, type ImageRecipe } from "./image-recipe.ts";
import type { Maker } from "./maker.ts";
import type { PackageSources } from "./package-sources.ts";

export interface ImageBuild {
  /** Where images are kept. */
  readonly cache: string;
  readonly recipe: ImageRecipe;
  readonly sources: PackageSources;
  readonly maker: Maker;
  readonly tell: (what: string) => void;
}

const lockRoundMs = 1_000;
const stepTimeoutMs = 20 * 60_000;

/** The folder of the image, built where it is not there yet: once, however many ask at the same time. */
export async function ensureImage(build: ImageBuild, signal: AbortSignal): Promise<string> {
  const { cache, recipe } = build;
  const image = join(cache, imageHash(recipe));
  if (existsSync(image)) return image;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const lock = await waitForLock(lockFile(cache), build.tell, signal);
  try {
    if (existsSync(image)) return image;
    await removeUnfinished(cache);
    const folder = `${image}.building`;
    await buildImage(build, folder, signal);
    await rename(folder, image);
    await removeUnused(cache, image);
    return image;
  } finally {
    lock.release();
  }
}

async function waitForLock(path: string, tell: ImageBuild["tell"], signal: AbortSignal) {
  for (;;) {
    const lock = await exclusiveLock(path, lockRoundMs);
    if (lock !== undefined) return lock;
    signal.throwIfAborted();
    tell("waiting for another lab that builds the image");
  }
}

async function buildImage(build: ImageBuild, folder: string, signal: AbortSignal): Promise<void> {
  const { recipe, sources, maker, tell } = build;
  const step = async (command: readonly string[]) => {
    const env = { DEBIAN_FRONTEND: "noninteractive", ...proxyEnvironment(sources.proxy) };
    const onLine = (line: string) => tell(`building the image: ${line}`);
    await maker.run(command, { timeoutMs: stepTimeoutMs, env, onLine });
  };
  try {
    await step(bootstrap(recipe, folder));
    const list = sourcesList(recipe);
    if (list !== "") await writeFile(join(folder, "etc/apt/sources.list"), list);
    await writeFile(join(folder, "etc/apt/apt.conf.d/90lab"), aptOptions(recipe.options));
    await copyFile("/etc/resolv.conf", join(folder, "etc/resolv.conf"));
    await writeFile(join(folder, noServices.path), noServices.text);
    await chmod(join(folder, noServices.path), 0o755);
    for (const command of furnish(recipe, folder)) await step(command);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CozyError)) throw error;
    throw new CozyError("lab-image-failed", {
      message: `The image that hosts boot from could not be built: ${error.message}`,
      state: "Nothing of it was kept.",
      next: "Look at the lines below; then run the command again.",
      details: error.details,
      cause: error,
    });
  }
  await rm(join(folder, noServices.path));
  for (const file of perHostFiles(folder)) await rm(file, { force: true });
}

/** debootstrap and apt in the image go the way that the machine's own apt goes; a password stays out of the arguments. */
function proxyEnvironment(proxy: string | undefined): Record<string, string> {
  return proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy };
}

/** Takes away what a build that was killed has left, unless one goes on. */
export async function removeUnfinishedImages(cache: string): Promise<void> {
  if (!existsSync(cache)) return;
  const lock = await exclusiveLock(lockFile(cache), 0);
  try {
    if (lock !== undefined) await removeUnfinished(cache);
  } finally {
    lock?.release();
  }
}

async function removeUnfinished(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.endsWith(".building")) await removeFolder(join(cache, name));
  }
}

function lockFile(cache: string): string {
  return join(cache, "build.lock");
}

/** Older images go with the first newer one, but for those that hosts run from. */
async function removeUnused(cache: string, image: string): Promise<void> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  for (const name of await readdir(cache)) {
    const other = join(cache, name);
    if (/^[0-9a-f]{16}$/.test(name) && other !== image && !mounts.includes(other)) await removeFolder(other);
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
