import { readdir, readFile, readlink } from "node:fs/promises";

/** A process that has a file open. */
export interface Opener {
  readonly pid: number;
  /** The program's short name; its arguments are nobody's business. */
  readonly name: string;
}

/**
 * The other processes that have one of these files open, as far as this user may see them; none where the system does not tell, which is
 * all but Linux.
 */
export async function openBy(files: readonly string[]): Promise<readonly Opener[]> {
  if (process.platform !== "linux") return [];
  const wanted = new Set(files);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const openers = await Promise.all(
    pids.map(async (pid): Promise<Opener[]> => {
      if (!(await opened(pid)).some((file) => wanted.has(file))) return [];
      return [{ pid: Number(pid), name: await nameOf(pid) }];
    }),
  );
  return openers.flat();
}

/** Nothing of one that has ended in between, or is another user's. */
async function opened(pid: string): Promise<string[]> {
  try {
    const numbers = await readdir(`/proc/${pid}/fd`);
    return await Promise.all(numbers.map((number) => readlink(`/proc/${pid}/fd/${number}`).catch(() => "")));
  } catch {
    return [];
  }
}

async function nameOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "?")).trim();
}
