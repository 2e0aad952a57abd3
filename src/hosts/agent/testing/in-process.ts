import { duplexPair } from "node:stream";
import { journalFolder } from "../../../engine/journal-folder.ts";
import { leaseFolder } from "../../../engine/lease-folder.ts";
import { localLeaseKeeper } from "../../../engine/local-lease-keeper.ts";
import { pastOf } from "../../../engine/past.ts";
import { hasEnded } from "../../../engine/process-identity.ts";
import { hostLanes } from "../../../release/host-lanes.ts";
import { canaryFiles } from "../../../canary/evidence-file.ts";
import { environmentPaths, machinePaths } from "../../environment-paths.ts";
import { sqliteBackups } from "../../../recovery/sqlite-backups.ts";
import { noRestores } from "../../../recovery/testing/no-restores.ts";
import { sampleProject } from "../../../release/testing.ts";
import { generatedStoreAt } from "../../../secrets/generated-values.ts";
import type { Host } from "../../host.ts";
import type { AgentPorts } from "../agent-ports.ts";
import type { Uploads } from "../uploads.ts";
import { questionShelf } from "../../../questions/question-shelf.ts";
import { evidenceShelf } from "../environment-shelves.ts";
import { keptFiles } from "../kept-files.ts";
import { wireFormat, type Hello } from "../hello.ts";
import { remotePorts, type RemotePorts } from "../remote-ports.ts";
import { serveAgent } from "../serve-agent.ts";
import { servedJournals } from "../served-journals.ts";
import { greet, type Session } from "../session.ts";

export function sampleHello(more: Partial<Hello> = {}): Hello {
  const environment = sampleProject().environments["staging"];
  if (environment === undefined) throw new Error("the sample project has a staging environment");
  const { name, target, domains, database, media, backups } = environment;
  const facts = { name, target, domains, database, media, backups };
  return { format: wireFormat, version: "1.0.0", host: "web-1", environment: facts, ...more };
}

/** Ports of this machine with everything but the host in a folder. */
export function portsIn(folder: string, host: Host): AgentPorts {
  const uploads: Uploads = {
    begin: async () => ({ artifact: "there", tree: "there", runtime: "there" }),
    finish: async () => {},
    giveUp: async () => {},
  };
  const journals = journalFolder(`${folder}/journals`);
  const lease = { environment: "staging", store: leaseFolder(`${folder}/lease`) };
  return {
    host,
    lane: hostLanes(host, Date.now),
    lease: localLeaseKeeper(lease, { now: Date.now, hasEnded }),
    past: pastOf(journals),
    journals: servedJournals(journals),
    canaries: canaryFiles(`${folder}/canaries`),
    evidence: evidenceShelf(`${folder}/evidence`),
    generated: generatedStoreAt(`${folder}/generated.json`),
    questions: questionShelf(`${folder}/questions`),
    keptFiles: keptFiles(environmentPaths(machinePaths({ COZY_HOME: folder }, folder), "tiny", "staging")),
    backups: sqliteBackups({
      project: "tiny",
      environment: "staging",
      paths: environmentPaths(machinePaths({ COZY_HOME: folder }, folder), "tiny", "staging"),
      backups: undefined,
      now: Date.now,
      version: "1.0.0",
    }),
    judge: { rehearse: none, drill: none },
    restorer: { ...noRestores, tryOn: none },
    artifacts: { look: none },
    uploads,
  };
}

const none = async () => Promise.reject(new Error("nothing is tried on restored data here"));

export interface AgentInProcess {
  readonly session: Session;
  readonly ports: RemotePorts;
  readonly host: Host;
  /** Ends the stream, as a cut connection does. */
  cut(): void;
}

/** An agent and whoever asks it, both in this process. */
export function agentInProcess(
  ports: AgentPorts | (() => Promise<AgentPorts>),
  hello: Hello = sampleHello(),
): AgentInProcess {
  const [ours, theirs] = duplexPair();
  const open = async () => (typeof ports === "function" ? ports() : ports);
  serveAgent(theirs, { version: "1.0.0", now: Date.now, open });
  const session = greet(ours, hello, async () => ["its last words"]);
  const remote = remotePorts(session.call);
  return {
    session,
    ports: remote,
    host: { ...remote.host, name: hello.host },
    cut: () => void theirs.destroy(),
  };
}
