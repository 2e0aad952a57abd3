import { agentBundle, moduleName } from "../../hosts/agent/agent-bundle.ts";
import type { AgentSource } from "../../hosts/agent/install-agent.ts";
import { agentNodes, distAgents } from "../../hosts/machine/agent-code.ts";
import type { MachinePaths } from "../../hosts/environment-paths.ts";

/** cozy itself in one file, with what it lays into releases or starts beside them. */
const names = ["cozy", "relay", "schedules", "backup"] as const;

export const cozyOnHostName: string = moduleName("cozy");

/** What carries orders out on a host; sent there with the first order. */
export async function cozyBundle(parts: {
  readonly machine: MachinePaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}): Promise<AgentSource> {
  const { machine, signal } = parts;
  const [bundle, nodes] = await Promise.all([agentBundle(distAgents(), names), agentNodes(parts, signal)]);
  return { bundle, ...nodes, agents: machine.agents };
}
