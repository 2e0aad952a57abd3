import { CozyError } from "../../errors/cozy-error.ts";
import type { InstanceStatus } from "../../instances/instance.ts";
import { instanceTypes } from "../../release/instance-types.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import type { HostState } from "../host.ts";
import { readRelease } from "../release-folder.ts";

/** The types of every release that has instances, as its record declares them. One that can't be read is told by the list of releases. */
export async function typesOf(
  paths: EnvironmentPaths,
  instances: readonly InstanceStatus[],
): Promise<HostState["types"]> {
  const releases = [...new Set(instances.map(({ id }) => id.release))];
  const types = await Promise.all(
    releases.map(async (release) => {
      try {
        return [release, instanceTypes(await readRelease(paths, release), {})] as const;
      } catch (error) {
        if (error instanceof CozyError) return undefined;
        throw error;
      }
    }),
  );
  return Object.fromEntries(types.filter((found) => found !== undefined));
}
