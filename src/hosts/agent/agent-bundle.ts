import { createHash } from "node:crypto";
import { join } from "node:path";
import { shippedCode } from "../../instances/shipped-code.ts";
import type { ReleaseAgents } from "../machine/release-agents.ts";

/** What of cozy's own code lies on a host, in a folder of its hash: the agent, and what is laid into releases. */
export interface AgentBundle {
  readonly hash: string;
  /** Contents by name. */
  readonly files: Readonly<Record<string, Buffer>>;
}

const agentNames = ["host", "relay", "schedules", "backup"] as const;

/** The bundle of this package, by default the agent's; `distAgents` is where the build put it. */
export async function agentBundle(
  distAgents: string,
  names: readonly string[] = agentNames,
): Promise<AgentBundle> {
  const files: Record<string, Buffer> = {};
  const hash = createHash("sha256");
  for (const name of names) {
    const content = await shippedCode(join(distAgents, `${name}.js`));
    hash.update(`${name} ${content.length}\n`).update(content);
    files[moduleName(name)] = content;
  }
  return { hash: hash.digest("hex").slice(0, 16), files };
}

/** The agent itself. */
export const hostAgentName: string = moduleName("host");

/** What releases are laid with, from the folder of a bundle and the Node beside it. */
export function agentFilesIn(folder: string, node: string): ReleaseAgents {
  return {
    node,
    relay: join(folder, moduleName("relay")),
    schedules: join(folder, moduleName("schedules")),
    backup: join(folder, moduleName("backup")),
  };
}

/** The name says that it is a module: no package.json stands beside the copies. */
export function moduleName(name: string): string {
  return `${name}.mjs`;
}
