import type { JournalStore } from "../../engine/journal-store.ts";
import type { LaneRunner } from "../../engine/lane.ts";
import type { LeaseKeeper } from "../../engine/lease-keeper.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { agentNodes, distAgents } from "../machine/agent-code.ts";
import type { MachinePaths } from "../environment-paths.ts";
import type { Host } from "../host.ts";
import { serverMachinePaths } from "../server-layout.ts";
import type { Connection } from "../ssh/connection.ts";
import { agentBundle } from "./agent-bundle.ts";
import type { EnvironmentFacts } from "./hello.ts";
import type { AgentSource } from "./install-agent.ts";
import { openAgent } from "./open-agent.ts";
import type { RemotePorts } from "./remote-ports.ts";
import { remoteJournals } from "./served-journals.ts";
import { sshHost } from "./ssh-host.ts";

export interface ServerParts {
  readonly connection: Connection;
  readonly project: string;
  readonly environment: EnvironmentFacts;
  /** cozy's folders on this machine. */
  readonly machine: MachinePaths;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** cozy's. */
  readonly version: string;
}

/** One server of an environment, and what is kept there. Nothing is asked of it before the first call. */
export interface OpenServer extends Omit<
  RemotePorts,
  "host" | "journals" | "lease" | "uploads" | "artifacts"
> {
  readonly host: Host;
  readonly lane: LaneRunner;
  readonly lease: LeaseKeeper;
  readonly journals: JournalStore;
  /** Brings an artifact that it has to this machine. */
  takeArtifact(id: string, signal: AbortSignal): Promise<void>;
  /** Ends its agent; the connection stays for the next command. */
  close(): void;
}

export function openServer(parts: ServerParts): OpenServer {
  const { connection, project, environment, machine, version } = parts;
  const { name, target, domains, database, media, backups } = environment;
  const folder = serverMachinePaths().agents;
  let source: Promise<AgentSource> | undefined;
  const agent = openAgent({
    connection,
    project,
    // Nothing else of the environment goes there.
    environment: { name, target, domains, database, media, backups },
    version,
    folder,
    source: () => (source ??= agentSource(parts)),
  });
  const { journals, lease, uploads, artifacts, ...ports } = agent.ports;
  return {
    ...ports,
    host: sshHost({ connection, ports: { host: ports.host, uploads }, machine }),
    lease: { ...lease, environment: name },
    journals: remoteJournals(journals),
    async takeArtifact(id, signal) {
      // What few commands need is loaded when it is needed.
      const { fetchArtifact } = await import("./fetch-artifact.ts");
      const whole = await artifacts.look(id, signal).catch((error: unknown) => {
        if (error instanceof CozyError) throw error.with({ message: `${connection.host}: ${error.message}` });
        throw error;
      });
      const { now } = parts;
      await fetchArtifact(whole, { machine, there: serverMachinePaths(), connection, now }, signal);
    },
    close: () => agent.close(),
  };
}

async function agentSource({ machine, env, now }: ServerParts): Promise<AgentSource> {
  const [bundle, nodes] = await Promise.all([
    agentBundle(distAgents()),
    agentNodes({ machine, env, now }, new AbortController().signal),
  ]);
  return { bundle, ...nodes, agents: machine.agents };
}
