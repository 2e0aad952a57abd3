import { join } from "node:path";
import { instanceTypes, schedulesType } from "../../release/instance-types.ts";
import type { ReleaseRecord } from "../host.ts";

/** What of cozy's own runs as part of a release. It lies in the release's folder, so that an update of cozy never changes it. */
export interface ReleaseAgents {
  /** The Node that the other two run on. */
  readonly node: string;
  readonly relay: string;
  readonly schedules: string;
}

/** Where they lie in a release's folder. */
export function releaseAgents(folder: string): ReleaseAgents {
  const agents = join(folder, "agents");
  return {
    node: join(agents, "node"),
    relay: join(agents, "relay.mjs"),
    schedules: join(agents, "schedules.mjs"),
  };
}

/** The files that a release needs of them, by their name in its folder `agents`; most need none. */
export function agentsFor(
  release: Pick<ReleaseRecord, "processes" | "schedules">,
  { node, relay, schedules }: ReleaseAgents,
): Readonly<Record<string, string>> {
  const types = instanceTypes(release, {});
  return {
    ...(needsAgents(release) ? { node } : {}),
    ...(types["web"]?.listen === "port" ? { "relay.mjs": relay } : {}),
    ...(schedulesType in types ? { "schedules.mjs": schedules } : {}),
  };
}

export function needsAgents(release: Pick<ReleaseRecord, "processes" | "schedules">): boolean {
  const types = instanceTypes(release, {});
  return types["web"]?.listen === "port" || schedulesType in types;
}
