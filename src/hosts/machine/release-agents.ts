import { join } from "node:path";
import { instanceTypes, schedulesType, type TypedRelease } from "../../release/instance-types.ts";

/** What of cozy's own runs as part of a release. It lies in the release's folder, so that an update of cozy never changes it. */
export interface ReleaseAgents {
  /** The Node that the others run on. */
  readonly node: string;
  readonly relay: string;
  readonly schedules: string;
  /** Makes a backup, started as a schedule is. */
  readonly backup: string;
}

/** Where they lie in a release's folder. */
export function releaseAgents(folder: string): ReleaseAgents {
  const agents = join(folder, "agents");
  return {
    node: join(agents, "node"),
    relay: join(agents, "relay.mjs"),
    schedules: join(agents, "schedules.mjs"),
    backup: join(agents, "backup.mjs"),
  };
}

/** The files that a release needs of them, by their name in its folder `agents`; most need none. */
export function agentsFor(
  release: TypedRelease,
  { node, relay, schedules, backup }: ReleaseAgents,
): Readonly<Record<string, string>> {
  const types = instanceTypes(release, {});
  return {
    ...(needsAgents(release) ? { node } : {}),
    ...(types["web"]?.listen === "port" ? { "relay.mjs": relay } : {}),
    ...(schedulesType in types ? { "schedules.mjs": schedules } : {}),
    ...(release.backups === undefined ? {} : { "backup.mjs": backup }),
  };
}

export function needsAgents(release: TypedRelease): boolean {
  const types = instanceTypes(release, {});
  return types["web"]?.listen === "port" || schedulesType in types;
}
