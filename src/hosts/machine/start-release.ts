import type { InstanceSelection } from "../../instances/instance.ts";
import type { Instances } from "../../instances/instances.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import { readRelease } from "../release-folder.ts";
import { readScale } from "../scale-file.ts";
import { instanceSpecs } from "./instance-specs.ts";

export interface StartRequest {
  readonly instances: Instances;
  readonly paths: EnvironmentPaths;
  readonly runFolder: string;
  readonly select: InstanceSelection;
  /** Words that stand before each command. */
  readonly seal: readonly string[];
}

/** Starts instances of a release. Warm ones among them are kept from now on; warm ones beyond the present count stay as they are. */
export async function startRelease(request: StartRequest, signal: AbortSignal): Promise<void> {
  const { instances, paths, runFolder, select, seal } = request;
  const [release, scale] = await Promise.all([readRelease(paths, select.release), readScale(paths)]);
  const specs = instanceSpecs({ release, scale, paths, runFolder, seal }, select);
  await instances.start(specs, signal);
}
