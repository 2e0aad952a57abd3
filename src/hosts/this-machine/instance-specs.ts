import { join } from "node:path";
import { isSelected, type InstanceSelection, type InstanceSpec } from "../../instances/instance.ts";
import { socketName } from "../../release/socket-name.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import type { ReleaseRecord } from "../host.ts";

/** The instances of a release on this machine, as its record declares them. Pure. */
export function instanceSpecs(
  release: ReleaseRecord,
  select: InstanceSelection,
  paths: EnvironmentPaths,
  runFolder: string,
): InstanceSpec[] {
  const folder = join(paths.releases, release.id);
  return Object.entries(release.processes)
    .flatMap(([type, process]) =>
      Array.from({ length: process.count }, (_, index): InstanceSpec => {
        const id = { release: release.id, type, index };
        const socket = type === "web" ? join(runFolder, socketName(id)) : undefined;
        return {
          id,
          command: process.command,
          folder: join(folder, "app"),
          environmentFile: join(folder, "environment.json"),
          variables: {
            COZY_INSTANCE: `${type}.${index}`,
            ...(socket === undefined ? {} : { PORT: socket }),
          },
          socket,
          logFile: join(paths.logs, release.id, `${type}.${index}.log`),
          stopSignal: process.stopSignal,
          stopTimeoutMs: process.stopTimeoutMs,
          limits: process.limits,
        };
      }),
    )
    .filter(({ id }) => isSelected(id, select));
}
