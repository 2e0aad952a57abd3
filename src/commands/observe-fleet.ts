import { raiseFences } from "../engine/raise-fences.ts";
import type { Hold } from "../engine/hold-lease.ts";
import type { HostState } from "../hosts/host.ts";
import type { Environment } from "../project/project.ts";
import type { UnreachablePolicy } from "../project/servers.ts";
import type { Fleet } from "../release/fleet.ts";
import type { HostPlatform } from "../release/refuse-platforms.ts";
import { leftOut, type UnreachableHost } from "../release/unreachable-hosts.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { silentHost } from "./silent-host.ts";

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
  hold?: Pick<Hold, "environment" | "token" | "confirm">,
  policy: UnreachablePolicy = declaredPolicy(environment),
): Promise<ObservedFleet> {
  const left = leftOut({ environment: environment.name, command, policy, hosts: names, unreachable });
  const [fleet] = await Promise.all([
    Promise.all(hosts.map((host) => host.observe(signal))),
    hold === undefined ? undefined : raiseFences(hold, hosts, signal),
  ]);
  return { fleet, ...left };
}

/** In the round trip that looks at the hosts; one that fails at it fails at that look as well, and is no other matter. */
export async function platformsOf(
  { hosts }: OpenFleet,
  signal: AbortSignal,
): Promise<readonly HostPlatform[]> {
  return Promise.all(hosts.map(async (host) => ({ host: host.name, platform: await host.platform(signal) })));
}

/** For commands that touch some hosts alone: it is nobody's matter who else is away. */
export function whoeverElseIsAway({ names }: Pick<OpenFleet, "names">): UnreachablePolicy {
  return { kind: "go-on", atMost: names.length - 1 };
}

function declaredPolicy({ target }: Environment): UnreachablePolicy {
  return target.kind === "servers" ? target.unreachable : { kind: "abort" };
}

/** What can be seen of the hosts: one that fails at the look is one more of which nothing is known. */
export async function seenFleet(
  { signal }: CommandContext,
  { hosts, unreachable }: Pick<OpenFleet, "hosts" | "unreachable">,
): Promise<{ readonly states: readonly HostState[]; readonly unreachable: readonly UnreachableHost[] }> {
  const looks = await Promise.allSettled(hosts.map((host) => host.observe(signal)));
  signal.throwIfAborted();
  const failed = looks.flatMap((look, index) =>
    look.status === "fulfilled" ? [] : [silentHost(hosts[index]?.name ?? "", look.reason)],
  );
  const [first] = looks;
  // Of the only host that there is the error itself says more.
  if (hosts.length === 1 && unreachable.length === 0 && first?.status === "rejected") throw first.reason;
  const states = looks.flatMap((look) => (look.status === "fulfilled" ? [look.value] : []));
  return { states, unreachable: [...unreachable, ...failed] };
}
