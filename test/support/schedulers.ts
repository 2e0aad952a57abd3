import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

/** What the fixture's scheduler wrote down over all releases of `staging`. */
export interface SchedulerNotes {
  /** The most that ever ran at once. */
  readonly most: number;
  /** The releases whose schedulers run now. */
  readonly running: readonly string[];
}

export async function schedulerNotes(sandbox: Sandbox): Promise<SchedulerNotes> {
  const file = join(sandbox.home, "environments", "tiny-staging", "persist", "data", "scheduler.txt");
  return schedulerNotesIn(await readFile(file, "utf8"));
}

/** The same, from the text of the file. */
export function schedulerNotesIn(text: string): SchedulerNotes {
  const running = new Map<string, string>();
  let most = 0;
  for (const line of text.trim().split("\n")) {
    const [what, release = "", , pid = ""] = line.split(" ");
    if (what === "begins") running.set(pid, release);
    else running.delete(pid);
    most = Math.max(most, running.size);
  }
  return { most, running: [...running.values()] };
}
