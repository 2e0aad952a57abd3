import { linuxPids, linuxStat } from "../process-identity.ts";

/** Sends a signal to a process, or to a process group by its negative number; whether there was one. */
export function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has gone in between, which is what every caller waits for.
    return false;
  }
}

/**
 * Ends what a process has left behind in its group, and waits a moment until it is gone. Called once the process itself is known to
 * be gone: as long as any member lives, the system gives the group's number to nobody else.
 */
export async function endGroup(leader: number): Promise<void> {
  for (let tries = 0; tries < 50 && groupLives(leader); tries += 1) {
    send(-leader, "SIGKILL");
    await new Promise((resolve) => void setTimeout(resolve, 5));
  }
}

function groupLives(leader: number): boolean {
  if (!send(-leader, 0)) return false;
  if (process.platform !== "linux") return true;
  // A leader that nobody reaps keeps its group in being, though nothing of it runs.
  return linuxPids().some((pid) => {
    const stat = linuxStat(pid);
    return stat?.processGroup === leader && stat.state !== "Z" && stat.state !== "X";
  });
}
