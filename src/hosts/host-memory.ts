import { totalmem } from "node:os";
import type { HostMemory } from "./host.ts";

/**
 * The memory of this machine, or of the container that this process is held in. Only on Linux: elsewhere the system counts as taken what
 * it only keeps for speed, and a lack would be told that is none.
 */
export function hostMemory(platform: NodeJS.Platform = process.platform): HostMemory | undefined {
  if (platform !== "linux") return undefined;
  const limit = process.constrainedMemory(); // an absurdly large number where there is none
  const total = totalmem();
  return {
    totalBytes: limit > 0 ? Math.min(total, limit) : total,
    availableBytes: process.availableMemory(),
  };
}
