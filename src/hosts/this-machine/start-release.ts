import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { instanceName, type InstanceSelection } from "../../instances/instance.ts";
import {
  listInstances,
  retireInstances,
  startInstances,
  type SupervisorAddress,
} from "../../instances/supervisor-client.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import { readRelease } from "../release-folder.ts";
import { readScale } from "../scale-file.ts";
import { instanceSpecs } from "./instance-specs.ts";
import { noteLogStarts } from "./log-starts.ts";

export interface StartRequest {
  readonly at: SupervisorAddress;
  readonly paths: EnvironmentPaths;
  readonly runFolder: string;
  readonly select: InstanceSelection;
  /** Words that stand before each command. */
  readonly seal: readonly string[];
}

/** Starts instances of a release. Warm ones among them are kept from now on; warm ones beyond the present count stay as they are. */
export async function startRelease(request: StartRequest, signal: AbortSignal): Promise<void> {
  const { at, paths, runFolder, select, seal } = request;
  const [release, scale] = await Promise.all([readRelease(paths, select.release), readScale(paths)]);
  const specs = instanceSpecs({ release, scale, paths, runFolder, seal }, select);
  const folders = [join(paths.logs, select.release), join(paths.run, select.release)];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
  const running = new Set((await listInstances(at, signal)).map(({ id }) => instanceName(id)));
  await noteLogStarts(join(paths.logs, select.release), specs, ({ id }) => running.has(instanceName(id)));
  const started = await startInstances(at, specs, signal);
  const warm = started.filter(({ retireAt }) => retireAt !== undefined);
  await Promise.all(
    warm.map(({ id: { type, index } }) =>
      retireInstances(at, { release: select.release, types: [type], index }, undefined, signal),
    ),
  );
}
