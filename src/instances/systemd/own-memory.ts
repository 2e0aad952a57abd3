import { join } from "node:path";
import { readIfThere } from "./instance-folders.ts";
import type { UnitState } from "./unit-state.ts";

/**
 * What the processes of a unit take, in bytes. systemd counts in the pages of files that the kernel only keeps for speed, and gives away
 * as soon as somebody wants the room: whoever sends large files would seem to take all the memory that there is.
 */
export async function ownMemory(
  { memoryBytes, controlGroup }: Pick<UnitState, "memoryBytes" | "controlGroup">,
  groups = "/sys/fs/cgroup",
): Promise<number | undefined> {
  if (memoryBytes === undefined || controlGroup === undefined) return memoryBytes;
  const stat = await readIfThere(join(groups, controlGroup, "memory.stat"));
  return stat === undefined ? memoryBytes : Math.max(0, memoryBytes - cachedBytes(stat));
}

function cachedBytes(stat: string): number {
  return [...stat.matchAll(/^(?:in)?active_file (\d+)$/gm)].reduce(
    (sum, [, bytes]) => sum + Number(bytes),
    0,
  );
}
