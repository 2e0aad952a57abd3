import { join } from "node:path";
import { distAgents, agentNodes } from "../machine/agent-code.ts";
import { agentBundle, moduleName } from "../agent/agent-bundle.ts";
import type { AgentPlace, AgentSource } from "../agent/install-agent.ts";
import { openProgram, type RemoteProgram } from "../agent/open-agent.ts";
import type { ServerParts } from "../agent/open-server.ts";
import { remotePort, type Callable } from "../agent/remote-port.ts";
import { serverMachinePaths } from "../server-layout.ts";
import { buildMethods, type BuildPort } from "./build-port.ts";
import { builderScript } from "./builder-script.ts";

/** The program that builds on a host. It is sent there with the first call, and ends with `close`. */
export function openBuilder(parts: ServerParts): RemoteProgram<Callable<BuildPort>> {
  const { connection, project, environment, version } = parts;
  const { name, target, domains, database, media, backups } = environment;
  let source: Promise<AgentSource> | undefined;
  return openProgram(
    {
      connection,
      project,
      // Nothing else of the environment goes there.
      environment: { name, target, domains, database, media, backups },
      version,
      folder: serverMachinePaths().agents,
      source: () => (source ??= builderSource(parts)),
      command: builderCommand,
    },
    (call) => remotePort<BuildPort>("builds", buildMethods, call),
  );
}

function builderCommand({ folder, source }: AgentPlace): readonly string[] {
  const node = join(folder, source.node.id);
  const code = join(folder, source.bundle.hash, moduleName("builder"));
  return ["/bin/sh", "-c", builderScript, "cozy", node, code];
}

async function builderSource({ machine, env, now }: ServerParts): Promise<AgentSource> {
  const [bundle, nodes] = await Promise.all([
    agentBundle(distAgents(), ["builder"]),
    agentNodes({ machine, env, now }, new AbortController().signal),
  ]);
  return { bundle, ...nodes, agents: machine.agents };
}
