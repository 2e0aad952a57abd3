import { CozyError } from "../errors/cozy-error.ts";
import { git, gitOutput, hasRepository } from "./git.ts";
import { nearest } from "../shared/nearest.ts";

/** The application's files at one commit. */
export interface Source {
  /** The repository's root, absolute. */
  readonly root: string;
  readonly gitFolder: string;
  /** The application's folder within the repository, without slashes at its ends; empty when it is the root. */
  readonly prefix: string;
  readonly commit: string;
  /** The id of the application's folder in that commit: equal for equal files. */
  readonly tree: string;
  readonly subject: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  /** Absent when a commit or a tag is named, and on a detached head. */
  readonly branch: string | undefined;
  /** Files of the application that are changed or new in the working tree: they are not in the release. */
  readonly uncommitted: readonly string[];
  /** `.gitattributes` above the application's folder, which say how its files are checked out. */
  readonly attributes: readonly AttributesFile[];
}

export interface AttributesFile {
  readonly path: string;
  readonly blob: string;
}

export interface SourceRequest {
  /** The application's folder, absolute. */
  readonly folder: string;
  /** A commit, branch or tag; the current commit when absent. */
  readonly ref?: string | undefined;
}

/** Looks at the repository; changes nothing. */
export async function describeSource(request: SourceRequest, signal: AbortSignal): Promise<Source> {
  const { folder } = request;
  const repository = await findRepository(folder, signal);
  const [commit, branch, uncommitted] = await Promise.all([
    resolveCommit(request, signal),
    branchOf(request, signal),
    uncommittedFiles(folder, signal),
  ]);
  const [tree, facts, attributes] = await Promise.all([
    treeOf(folder, commit, repository.prefix, signal),
    factsOf(folder, commit, signal),
    attributesAbove(folder, commit, repository.prefix, signal),
    refuseSubmodules(folder, commit, repository.prefix, signal),
  ]);
  return { ...repository, commit, tree, ...facts, branch, uncommitted, attributes };
}

async function findRepository(
  folder: string,
  signal: AbortSignal,
): Promise<Pick<Source, "root" | "gitFolder" | "prefix">> {
  const args = ["rev-parse", "--show-toplevel", "--absolute-git-dir", "--show-prefix"];
  const result = await git({ folder, args }, signal);
  const [root = "", gitFolder = "", prefix = ""] = result.stdout.split("\n");
  if (result.exitCode === 0) return { root, gitFolder, prefix: prefix.replace(/\/$/, "") };
  if (hasRepository(folder)) {
    throw new CozyError("git-failed", {
      message: `git refuses to read the repository of ${folder}.`,
      next: `Run \`git status\` in ${folder} and do what it says.`,
      details: result.tail.slice(-10),
    });
  }
  throw new CozyError("not-a-repository", {
    message: `${folder} is not in a git repository; a release is made from a commit.`,
    next: `cd ${folder} && git init && git add . && git commit -m "First commit"`,
  });
}

async function resolveCommit({ folder, ref }: SourceRequest, signal: AbortSignal): Promise<string> {
  const name = ref ?? "HEAD";
  const result = name.startsWith("-")
    ? undefined
    : await git({ folder, args: ["rev-parse", "--verify", "--quiet", `${name}^{commit}`] }, signal);
  if (result?.exitCode === 0) return result.stdout.trim();
  if (ref === undefined) {
    throw new CozyError("no-commits", {
      message: `The repository of ${folder} has no commit yet; a release is made from a commit.`,
      next: `cd ${folder} && git add . && git commit -m "First commit"`,
    });
  }
  const near = nearest(ref, await refNames(folder, signal));
  throw new CozyError("unknown-ref", {
    message: `The repository of ${folder} has no commit, branch or tag \`${ref}\`.`,
    next:
      near.length === 0
        ? "git branch --all; git tag; where it is on a server only: git fetch"
        : `Did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?`,
  });
}

async function refNames(folder: string, signal: AbortSignal): Promise<string[]> {
  const text = await gitOutput({ folder, args: ["for-each-ref", "--format=%(refname:short)"] }, signal);
  return text.split("\n").filter((name) => name !== "");
}

async function branchOf({ folder, ref }: SourceRequest, signal: AbortSignal): Promise<string | undefined> {
  if (ref?.startsWith("-")) return undefined;
  const args =
    ref === undefined ? ["symbolic-ref", "--quiet", "HEAD"] : ["rev-parse", "--symbolic-full-name", ref];
  const result = await git({ folder, args }, signal);
  if (result.exitCode !== 0) return undefined;
  return /^refs\/(?:heads|remotes\/[^/]+)\/(.+)$/.exec(result.stdout.trim())?.[1];
}

async function uncommittedFiles(folder: string, signal: AbortSignal): Promise<string[]> {
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal", "--", "."];
  const text = await gitOutput({ folder, args }, signal);
  return text
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(3));
}

async function treeOf(folder: string, commit: string, prefix: string, signal: AbortSignal): Promise<string> {
  const args = [
    "rev-parse",
    "--verify",
    "--quiet",
    prefix === "" ? `${commit}^{tree}` : `${commit}:${prefix}`,
  ];
  const result = await git({ folder, args }, signal);
  if (result.exitCode === 0) return result.stdout.trim();
  throw new CozyError("folder-not-in-commit", {
    message: `Commit ${commit.slice(0, 7)} holds no folder ${prefix}; a release is made from what is committed.`,
    next: `cd ${folder} && git add . && git commit`,
  });
}

async function factsOf(
  folder: string,
  commit: string,
  signal: AbortSignal,
): Promise<Pick<Source, "subject" | "author" | "committedAt">> {
  const args = ["log", "-1", "--no-show-signature", "--format=%s%x00%an%x00%ct", commit];
  const [subject = "", author = "", seconds = "0"] = (await gitOutput({ folder, args }, signal))
    .trim()
    .split("\0");
  return { subject, author, committedAt: Number(seconds) * 1000 };
}

async function attributesAbove(
  folder: string,
  commit: string,
  prefix: string,
  signal: AbortSignal,
): Promise<AttributesFile[]> {
  if (prefix === "") return [];
  const parents = prefix.split("/").map((_, depth, parts) => parts.slice(0, depth).join("/"));
  const paths = parents.map((parent) => (parent === "" ? ".gitattributes" : `${parent}/.gitattributes`));
  const args = ["ls-tree", "-z", "--full-tree", commit, "--", ...paths];
  return entriesOf(await gitOutput({ folder, args }, signal))
    .filter(({ type }) => type === "blob")
    .map(({ path, id }) => ({ path, blob: id }));
}

/** A submodule is an entry of the tree that names a commit of another repository. */
async function refuseSubmodules(
  folder: string,
  commit: string,
  prefix: string,
  signal: AbortSignal,
): Promise<void> {
  const within = prefix === "" ? [] : ["--", prefix];
  const args = ["ls-tree", "-r", "-z", "--full-tree", commit, ...within];
  const result = await git({ folder, args }, signal);
  const submodules = entriesOf(result.stdout)
    .filter(({ type }) => type === "commit")
    .map(({ path }) => path);
  if (submodules.length === 0) return;
  throw new CozyError("submodules-not-carried-out", {
    message: `The application holds ${submodules.length === 1 ? "the submodule" : "the submodules"} ${submodules.join(", ")}; releases with submodules are not carried out yet.`,
    state: "Nothing was changed.",
    next: `git rm --cached ${submodules[0]}, then commit its files themselves, or take it as a dependency.`,
  });
}

function entriesOf(text: string): { readonly type: string; readonly id: string; readonly path: string }[] {
  return text
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [, type = "", id = ""] = entry.slice(0, entry.indexOf("\t")).split(" ");
      return { type, id, path: entry.slice(entry.indexOf("\t") + 1) };
    });
}
