import type { InstanceStatus } from "../instances/instance.ts";
import { sampleStatus } from "../instances/testing/sample-status.ts";
import type { HostStarts } from "./host-starts.ts";
import { processType, sampleProject } from "./testing.ts";

/** A project with two of web, a worker on each host, and a clock that runs once over the environment. */
export const projectOfThree = sampleProject({
  processes: {
    web: processType(["w"], 2),
    worker: processType(["k"], 1),
    clock: { ...processType(["c"], 1), singleton: true },
  },
});

/** Instances by name: `old/web` is one of the release `old`. */
export function instancesOf(
  running: readonly string[],
  each: Partial<InstanceStatus> = {},
): readonly InstanceStatus[] {
  return running.map((one, index) => {
    const [release = "", type = ""] = one.split("/");
    return sampleStatus({ release, type, index }, each);
  });
}

/** How many of each type are started, by host. */
export function countsOf(
  hosts: readonly HostStarts[],
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  return Object.fromEntries(
    hosts.map(({ observed, starts }) => [
      observed.host,
      Object.fromEntries(starts.map(({ type, count }) => [type, count])),
    ]),
  );
}
