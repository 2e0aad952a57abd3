import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * What a process and its descendants take, in bytes. A process on its own counts its resident memory; with descendants each counts its
 * proportional share, because forked workers share most of their pages and would be counted many times over.
 */
export function memoryOf(pid: number): number | undefined {
  try {
    // One that has ended and is not yet reaped shows none.
    return (process.platform === "linux" ? linuxMemory(pid) : psMemory(pid)) || undefined;
  } catch {
    return undefined;
  }
}

function linuxMemory(pid: number): number {
  const all = descendants(pid);
  if (all.length === 0) return residentOf(pid);
  return [pid, ...all].reduce((sum, each) => sum + shareOf(each), 0);
}

function residentOf(pid: number): number {
  return kilobytesIn(`/proc/${pid}/status`, /^VmRSS:\s+(\d+)/mu) * 1024;
}

function shareOf(pid: number): number {
  try {
    return kilobytesIn(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/mu) * 1024;
  } catch {
    // It has ended since it was found.
    return 0;
  }
}

function kilobytesIn(file: string, line: RegExp): number {
  return Number(line.exec(readFileSync(file, "latin1"))?.[1] ?? 0);
}

function descendants(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendants(child)]);
}

/** Any thread may have forked. Kernels built without this list tell of no children. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "latin1").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function psMemory(pid: number): number | undefined {
  const kilobytes = Number(
    execFileSync("/bin/ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8", timeout: 2000 }).trim(),
  );
  return Number.isFinite(kilobytes) && kilobytes > 0 ? kilobytes * 1024 : undefined;
}
