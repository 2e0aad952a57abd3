import { link, mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { foreignNode } from "../../artifacts/foreign-node.ts";
import { chooseRuntime } from "../../artifacts/runtime.ts";
import { keepRuntime } from "../../artifacts/runtime-store.ts";
import type { Workshop } from "../../artifacts/workshop.ts";
import { systemCode } from "../../errors/cozy-error.ts";
import type { AgentSource } from "../agent/install-agent.ts";

/** The Node that agents run on, and those for hosts of other platforms. */
export async function agentNodes(
  parts: Pick<Workshop, "machine" | "env" | "now">,
  signal: AbortSignal,
): Promise<Pick<AgentSource, "node" | "nodeFor">> {
  const file = await agentNode(parts, signal);
  return {
    node: { id: basename(file), file },
    nodeFor: (platform, within) => foreignNode(platform, { ...parts, signal: within }),
  };
}

/** Beside the bundle; from the sources, where the build puts them. */
export function distAgents(): string {
  const relative = import.meta.url.endsWith(".ts") ? "../../../dist/agents" : "./agents";
  return fileURLToPath(new URL(relative, import.meta.url));
}

/**
 * The Node that agents run on: the one that runs this cozy, kept beside the agents under a name of its own, so that neither an update
 * of the machine's Node nor the pruning of runtimes takes it from a supervisor that has to start again.
 */
export async function agentNode(
  { machine, env, now }: Pick<Workshop, "machine" | "env" | "now">,
  signal: AbortSignal,
): Promise<string> {
  const workshop = { machine, env, now, signal };
  const request = {
    engine: "node",
    version: process.versions.node,
    source: "the Node that runs cozy",
  } as const;
  const runtime = await keepRuntime(await chooseRuntime(request, workshop), workshop);
  const binary = join(machine.agents, runtime.id);
  await mkdir(machine.agents, { recursive: true });
  await link(runtime.node, binary).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
  return binary;
}
