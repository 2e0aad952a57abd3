import { listed } from "../shared/words.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** What has to be said of servers that took part, never left, and are in the project file no more. */
export async function leftBehindWarnings(
  { past }: Pick<OpenFleet, "past">,
  { environment: { name, target } }: Pick<OpenEnvironment, "environment">,
): Promise<readonly string[]> {
  if (target.kind !== "servers") return [];
  const names = new Set(target.hosts.map((host) => host.name));
  const hosts = await past.hosts();
  return leftBehindText(
    hosts.filter((host) => !names.has(host)),
    name,
  );
}

/** Pure. */
export function leftBehindText(hosts: readonly string[], environment: string): readonly string[] {
  if (hosts.length === 0) return [];
  const leave = `cozy leave ${environment} ${hosts.join(" ")}`;
  const [are, have, them, they, listedUnder] =
    hosts.length === 1
      ? ["is", "has", "it", "it is", "in the list under a new name"]
      : ["are", "have", "them", "they are", "in the list under new names"];
  return [
    `${listed(hosts)} ${are} among the servers of ${environment} no more, and ${have} never left: what runs there runs on. Put ${them} back at the end of the servers, then: ${leave}. If ${they} gone for good, or ${listedUnder}: ${leave} --gone, which does nothing there`,
  ];
}
