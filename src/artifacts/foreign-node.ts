import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { hashFile } from "../shared/hash-file.ts";
import { mindingTheDisk } from "./disk-full.ts";
import { platformName, type Platform } from "./platform.ts";
import { fetchBinary } from "./runtime-store.ts";
import { isTempName, tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";

/**
 * The Node of this cozy's own version for another platform, from the registry: a file in the folder of agents, which this machine can't
 * run. It is fetched once.
 */
export async function foreignNode(platform: Platform, workshop: Workshop): Promise<string> {
  const { agents } = workshop.machine;
  const { os, arch, libc } = platform;
  const { node: version } = process.versions;
  if (libc !== "glibc") throw noneFor(platform, version);
  await mkdir(agents, { recursive: true });
  const name = `node-${version}-${os}-${arch}`;
  const kept = (await readdir(agents)).find((file) => file.startsWith(`${name}-`) && !isTempName(file));
  if (kept !== undefined) return join(agents, kept);
  return mindingTheDisk(agents, async () => {
    const temp = tempName(join(agents, `${name}-`));
    try {
      await mkdir(join(temp, "bin"), { recursive: true });
      const from = { place: "registry" } as const;
      await fetchBinary({ engine: "node", version, platform, name, from }, temp, workshop);
      const binary = join(temp, "bin", "node");
      const file = join(agents, `${name}-${(await hashFile(binary)).slice(0, 8)}`);
      await rename(binary, file);
      return file;
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  });
}

function noneFor(platform: Platform, version: string): CozyError {
  return new CozyError("runtime-not-found", {
    message: `The registry has no Node ${version} for ${platformName(platform)}, and the one of this machine is for another platform.`,
    state: "Nothing was sent.",
    next: "Run cozy on a machine with the same system as the hosts have.",
  });
}
