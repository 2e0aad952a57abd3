import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { instanceName, type InstanceSpec } from "../../instances/instance.ts";
import type { Instances } from "../../instances/instances.ts";
import {
  listInstances,
  supervisedInstances,
  supervisorState,
  type SupervisorAddress,
} from "../../instances/supervisor-client.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import { noteLogStarts } from "./log-starts.ts";

/** The embedded supervisor's instances, which log into files of a folder a release. */
export function embeddedInstances(
  at: SupervisorAddress,
  { logs, run }: Pick<EnvironmentPaths, "logs" | "run">,
): Instances {
  const supervised = supervisedInstances(at);
  return {
    ...supervised,
    async start(specs, signal) {
      const there = await listInstances(at, signal);
      const running = new Set(there.map(({ id }) => instanceName(id)));
      for (const [release, ofRelease] of byRelease(specs)) {
        const folders = [join(logs, release), join(run, release)];
        await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
        await noteLogStarts(join(logs, release), ofRelease, ({ id }) => running.has(instanceName(id)));
      }
      // A supervisor of an earlier version leaves retired ones to their end.
      const asked = new Set(specs.map(({ id }) => instanceName(id)));
      const retired = there.filter(
        ({ id, retireAt }) => retireAt !== undefined && asked.has(instanceName(id)),
      );
      await Promise.all(
        retired.map(({ id: { release, type, index } }) =>
          supervised.retire({ release, types: [type], index }, undefined, signal),
        ),
      );
      return supervised.start(specs, signal);
    },
    async stop(select, signal) {
      if ((await supervisorState(at, signal)) === undefined) return [];
      return supervised.stop(select, signal);
    },
  };
}

function byRelease(specs: readonly InstanceSpec[]): Map<string, readonly InstanceSpec[]> {
  return Map.groupBy(specs, ({ id }) => id.release);
}
