import { join } from "node:path";
import {
  isSelected,
  type InstanceId,
  type InstanceSelection,
  type InstanceSpec,
} from "../../instances/instance.ts";
import { instanceTypes, schedulesType, type InstanceType, type Scale } from "../../release/instance-types.ts";
import { socketName } from "../../release/socket-name.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";
import type { ReleaseRecord } from "../host.ts";
import { releaseAgents } from "./release-agents.ts";

/** What specs are made from: nothing that a newer cozy could say otherwise, so that a release's instances stay what they are. */
export interface SpecFacts {
  readonly release: ReleaseRecord;
  readonly scale: Scale;
  readonly paths: EnvironmentPaths;
  /** The run folder by its short name. */
  readonly runFolder: string;
  /** Words that stand before each command, a relay's among them: what keeps a scratch environment to itself. */
  readonly seal?: readonly string[];
}

/** The instances of a release on this machine, as its record declares them and the scale counts them. Pure. */
export function instanceSpecs(facts: SpecFacts, select: InstanceSelection): InstanceSpec[] {
  const { release, scale, paths, runFolder, seal = [] } = facts;
  const folder = join(paths.releases, release.id);
  return Object.entries(instanceTypes(release, scale))
    .flatMap(([type, how]) =>
      Array.from({ length: how.count }, (_, index): InstanceSpec => {
        const id = { release: release.id, type, index };
        const socket = type === "web" ? join(runFolder, socketName(id)) : undefined;
        return {
          id,
          command: [...seal, ...commandOf(facts, id, how, socket)],
          folder: join(folder, "app"),
          environmentFile: join(folder, "environment.json"),
          variables: { COZY_INSTANCE: `${type}.${index}`, ...ownVariables(type, how, socket) },
          socket,
          logFile: join(paths.logs, release.id, `${type}.${index}.log`),
          stopSignal: how.stopSignal,
          stopTimeoutMs: how.stopTimeoutMs,
          limits: how.limits,
        };
      }),
    )
    .filter(({ id }) => isSelected(id, select));
}

/**
 * Options for the application's Node are not for that of cozy's own agents: the relay and the watcher of schedules bring them back for
 * the commands that they start.
 */
function ownVariables(
  type: string,
  { listen }: InstanceType,
  socket: string | undefined,
): Record<string, string> {
  if (type === schedulesType) return { NODE_OPTIONS: "" };
  if (socket === undefined) return {};
  return listen === "socket" ? { PORT: socket } : { NODE_OPTIONS: "" };
}

function commandOf(
  { release, paths }: SpecFacts,
  { type }: InstanceId,
  { listen }: InstanceType,
  socket: string | undefined,
): readonly string[] {
  const folder = join(paths.releases, release.id);
  const agents = releaseAgents(folder);
  if (type === schedulesType) return [agents.node, agents.schedules, folder, paths.schedules];
  const command = release.processes[type]?.command ?? [];
  if (socket === undefined) return command;
  // The relay picks the port when it starts the command, and puts it in for `{port}`.
  if (listen === "port") return [agents.node, agents.relay, socket, "--", ...command];
  return command.map((word) => word.replaceAll("{socket}", socket));
}
