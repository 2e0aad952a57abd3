import { CozyError } from "../../errors/cozy-error.ts";
import type { MachinePaths } from "../environment-paths.ts";
import type { Host, HostState } from "../host.ts";
import type { Connection } from "../ssh/connection.ts";
import { diskOfHost } from "./disk-of-host.ts";
import type { RemotePorts } from "./remote-ports.ts";
import { uploadArtifact } from "./upload-artifact.ts";

export interface SshHostParts {
  readonly connection: Connection;
  readonly ports: Pick<RemotePorts, "host" | "uploads">;
  /** cozy's folders on this machine, where artifacts are built. */
  readonly machine: MachinePaths;
}

/** One server: its agent does what is to be done there, and a release's artifact is brought before the release is laid. */
export function sshHost({ connection, ports, machine }: SshHostParts): Host {
  const { host, uploads } = ports;
  let likely: readonly string[] = [];
  return {
    ...host,
    name: connection.host,
    async observe(signal) {
      const state = await host.observe(signal);
      likely = artifactsOf(state);
      return state;
    },
    raiseFence: (token, signal) => tellingWhoseDisk(connection.host, () => host.raiseFence(token, signal)),
    async placeRelease(placement, signal) {
      const { artifact } = placement.release;
      await tellingWhoseDisk(connection.host, async () => {
        await uploadArtifact({ machine, artifact, likely }, { uploads, connection }, signal);
        likely = [artifact, ...likely];
        await host.placeRelease(placement, signal);
      });
    },
  };
}

async function tellingWhoseDisk<T>(host: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CozyError && error.code === "disk-full" ? diskOfHost(host, error) : error;
  }
}

/** What the next artifact is most likely to have most in common with, first. */
function artifactsOf({ releases, current }: HostState): readonly string[] {
  return releases
    .toSorted((a, b) => Number(b.id === current) - Number(a.id === current) || b.createdAt - a.createdAt)
    .map(({ artifact }) => artifact);
}
