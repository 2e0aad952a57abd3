import { raiseFences } from "../engine/raise-fences.ts";
import type { Hold } from "../engine/hold-lease.ts";
import type { Fleet } from "../release/fleet.ts";
import { leftOut } from "../release/unreachable-hosts.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** What plans are made from, and what has to be said of hosts that are not in it. */
export interface ObservedFleet {
  readonly fleet: Fleet;
  /** Hosts that are left out. */
  readonly without: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * One look at every host. With a hold, the hosts' fences are raised in the same round trip: as long as an earlier deployer could still
 * act, its journal is open and no plan is made from what was seen.
 */
export async function observedFleet(
  { signal }: CommandContext,
  { environment }: OpenEnvironment,
  { names, hosts, unreachable }: OpenFleet,
  command: string,
  hold?: Pick<Hold, "token" | "outgrow">,
): Promise<ObservedFleet> {
  const { target } = environment;
  const policy = target.kind === "servers" ? target.unreachable : ({ kind: "abort" } as const);
  const left = leftOut({ environment: environment.name, command, policy, hosts: names, unreachable });
  const [fleet] = await Promise.all([
    Promise.all(hosts.map((host) => host.observe(signal))),
    hold === undefined ? undefined : raiseFences(hold, hosts, signal),
  ]);
  return { fleet, ...left };
}
