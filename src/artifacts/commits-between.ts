import { git, gitOutput } from "./git.ts";

export interface Commit {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
}

export interface CommitRange {
  /** What `to` has and `from` has not, newest first. */
  readonly added: readonly Commit[];
  /** What `from` had and `to` has not: a rollback, or another branch. */
  readonly removed: readonly Commit[];
}

export interface CommitRangeRequest {
  /** The application's folder: only commits that touch it count. */
  readonly folder: string;
  readonly from: string;
  readonly to: string;
}

const most = 500;

/** The commits from one release to another; `undefined` where this repository does not know one of them any more. */
export async function commitsBetween(
  { folder, from, to }: CommitRangeRequest,
  signal: AbortSignal,
): Promise<CommitRange | undefined> {
  const known = await Promise.all([from, to].map((commit) => isKnown(folder, commit, signal)));
  if (known.includes(false)) return undefined;
  const args = ["log", "--left-right", `--max-count=${most}`, "--no-show-signature"];
  const format = "--format=%m%x00%H%x00%s%x00%an%x00";
  const text = await gitOutput({ folder, args: [...args, format, `${from}...${to}`, "--", "."] }, signal);
  const fields = text.split("\0");
  const added: Commit[] = [];
  const removed: Commit[] = [];
  for (let at = 0; at + 4 <= fields.length - 1; at += 4) {
    const [side = "", id = "", subject = "", author = ""] = fields.slice(at, at + 4);
    (side.trim() === ">" ? added : removed).push({ id, subject, author });
  }
  return { added, removed };
}

async function isKnown(folder: string, commit: string, signal: AbortSignal): Promise<boolean> {
  if (commit.startsWith("-")) return false;
  const result = await git({ folder, args: ["cat-file", "-e", `${commit}^{commit}`] }, signal);
  return result.exitCode === 0;
}
