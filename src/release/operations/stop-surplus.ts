import type { OperationContext } from "../../engine/operation.ts";
import type { Host } from "../../hosts/host.ts";
import type { InstanceId } from "../../instances/instance.ts";
import type { HostWorld } from "../world.ts";
import { warnOfKilled } from "./warn-of-killed.ts";

export interface Surplus {
  readonly release: string;
  readonly types: readonly string[];
}

/** Stops the instances beyond a number of each type, none being the number of one that is not named. */
export async function stopSurplus(
  host: Host,
  { release, types }: Surplus,
  counts: Readonly<Record<string, number>>,
  context: OperationContext<HostWorld>,
): Promise<void> {
  const { signal } = context;
  const whole = types.filter((type) => (counts[type] ?? 0) === 0);
  const part = await surplusOf(host, { release, types }, counts, signal);
  const reports = await Promise.all([
    ...(whole.length === 0 ? [] : [host.stopInstances({ release, types: whole }, signal)]),
    ...part
      .filter(({ type }) => !whole.includes(type))
      .map(({ type, index }) => host.stopInstances({ release, types: [type], index }, signal)),
  ]);
  for (const report of reports) warnOfKilled(report, context);
}

/** The instances beyond a number of each type. */
export async function surplusOf(
  host: Host,
  { release, types }: Surplus,
  counts: Readonly<Record<string, number>>,
  signal: AbortSignal,
): Promise<readonly InstanceId[]> {
  const { instances } = await host.observe(signal);
  return instances
    .map(({ id }) => id)
    .filter(
      ({ type, index, release: of }) =>
        of === release && types.includes(type) && index >= (counts[type] ?? 0),
    );
}
