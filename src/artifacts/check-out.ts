import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { diskFull, hasNoRoom } from "./disk-full.ts";
import { git, type GitRun } from "./git.ts";
import type { Source } from "./git-source.ts";
import type { ProgramResult } from "./run-program.ts";
import { tempName } from "./temp-name.ts";

/**
 * Lays the committed files of the application into a new folder, as git itself would check them out: with their modes and symbolic
 * links, through filters such as Git LFS. The user's own index and working tree are not touched.
 */
export async function checkOut(source: Source, toFolder: string, signal: AbortSignal): Promise<void> {
  const worktree = tempName(toFolder);
  const index = tempName(`${toFolder}.index`);
  try {
    await mkdir(worktree, { recursive: true });
    const run = (args: readonly string[], input?: string): Promise<void> =>
      runGit(source, worktree, index, args, input, signal);
    await readTree(source, run);
    await run(["checkout-index", "--all", "--force", "--quiet"]);
    await mkdir(join(worktree, source.prefix), { recursive: true });
    await rename(join(worktree, source.prefix), toFolder);
  } catch (error) {
    await rm(worktree, { recursive: true, force: true });
    // git removes the file that it could not write, so a full disk is known only by what the commit needs.
    if (error instanceof CozyError && (await hasNoRoom(dirname(toFolder), await sizeOf(source, signal)))) {
      throw diskFull(dirname(toFolder), error);
    }
    throw error;
  } finally {
    await rm(worktree, { recursive: true, force: true });
    await rm(index, { force: true });
  }
}

async function sizeOf({ root, tree }: Source, signal: AbortSignal): Promise<number> {
  const args = ["ls-tree", "-r", "-z", "--format=%(objectsize)", tree];
  const sizes = (await git({ folder: root, args }, signal)).stdout.split("\0");
  return sizes.reduce((sum, size) => sum + (Number.parseInt(size) || 0), 0);
}

type RunGit = (args: readonly string[], input?: string) => Promise<void>;

/** The files keep their place in the repository while they are checked out, because attributes are found by path. */
async function readTree({ prefix, tree, attributes }: Source, run: RunGit): Promise<void> {
  if (prefix === "") return run(["read-tree", tree]);
  await run(["read-tree", `--prefix=${prefix}/`, tree]);
  if (attributes.length === 0) return;
  const entries = attributes.map(({ path, blob }) => `100644 ${blob}\t${path}\0`);
  await run(["update-index", "-z", "--index-info"], entries.join(""));
}

async function runGit(
  source: Source,
  worktree: string,
  index: string,
  args: readonly string[],
  input: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  // Settings that suit the user's own working tree, and would change what a release holds.
  const settings = [
    "core.autocrlf=false",
    "core.symlinks=true",
    "core.fsmonitor=false",
    "core.sparseCheckout=false",
    "core.splitIndex=false",
  ];
  const options = settings.flatMap((setting) => ["-c", setting]);
  const places = [`--git-dir=${source.gitFolder}`, `--work-tree=${worktree}`];
  const run: GitRun = {
    folder: worktree,
    args: [...options, ...places, ...args],
    env: { GIT_INDEX_FILE: index },
    timeoutMs: 300_000,
    ...(input === undefined ? {} : { input }),
  };
  const result = await git(run, signal);
  if (result.exitCode !== 0) throw failed(source, args, result);
}

function failed(source: Source, args: readonly string[], result: ProgramResult): CozyError {
  const how = result.timedOut ? "did not end in time" : `ended with ${result.exitCode ?? result.signal}`;
  return new CozyError("check-out-failed", {
    message: `Commit ${source.commit.slice(0, 7)} could not be checked out: git ${args[0]} ${how}.`,
    state: "Nothing was built.",
    next: `git -C ${source.root} fsck; where files are kept by Git LFS: git lfs fetch`,
    details: result.tail.slice(-10),
  });
}
