import { Duplex } from "node:stream";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../../package.json" with { type: "json" };
import { canaryFiles } from "../../canary/evidence-file.ts";
import { journalFolder } from "../../engine/journal-folder.ts";
import { leaseFolder } from "../../engine/lease-folder.ts";
import { localLeaseKeeper } from "../../engine/local-lease-keeper.ts";
import { pastOf } from "../../engine/past.ts";
import { hasEnded } from "../../engine/process-identity.ts";
import { generatedStoreAt } from "../../secrets/generated-values.ts";
import { serverLayout } from "../server-layout.ts";
import { serverMachine } from "../server/server-machine.ts";
import { agentFilesIn } from "./agent-bundle.ts";
import { questionShelf } from "../../questions/question-shelf.ts";
import { evidenceShelf } from "./environment-shelves.ts";
import { portMethods, type AgentPorts } from "./agent-ports.ts";
import type { Hello } from "./hello.ts";
import { remotePort } from "./remote-port.ts";
import { served } from "./serve.ts";
import { keptFiles } from "./kept-files.ts";
import { serveAgent } from "./serve-agent.ts";
import { servedJournals } from "./served-journals.ts";

/**
 * cozy's agent on a host: `node host.mjs <project> <environment>` serves one environment over its standard input and output, to the one
 * deployer that started it, and ends with it.
 */
function main([project = "", environment = ""]: readonly string[]): void {
  // Groups may read what they are meant to; nobody else sees anything that is not opened on purpose.
  process.umask(0o027);
  delete process.env["NODE_COMPILE_CACHE"]; // it was for this program alone
  const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
  stream.on("error", () => undefined); // the deployer is gone, which `lost` tells
  const { lost } = serveAgent(stream, {
    version: packageJson.version,
    now: Date.now,
    open: async (hello) => openPorts(project, environment, hello),
  });
  lost.addEventListener("abort", end);
}

function openPorts(project: string, environment: string, hello: Hello): AgentPorts {
  const layout = serverLayout(project, environment);
  const { machine, paths } = layout;
  const agents = agentFilesIn(dirname(fileURLToPath(import.meta.url)), process.execPath);
  const uploads = async () => (await import("./receive-uploads.ts")).receiveUploads(machine, Date.now);
  const backups = async () =>
    (await import("../../recovery/sqlite-backups.ts")).sqliteBackups({
      project,
      environment,
      paths,
      backups: hello.environment.backups,
      now: Date.now,
      version: packageJson.version,
    });
  const journals = journalFolder(paths.journals);
  const recovery = loadedOnce(async () =>
    (await import("../server/server-recovery.ts")).serverRecovery({
      layout,
      environment: hello.environment,
      journals,
      backups,
      now: Date.now,
      agents,
    }),
  );
  const host = serverMachine({
    name: hello.host,
    layout,
    environment: hello.environment,
    now: Date.now,
    agents,
  });
  const lease = { environment, store: leaseFolder(paths.lease) };
  return {
    host,
    lane: {
      async run(order, tell, signal) {
        const { hostLanes } = await import("../../release/host-lanes.ts");
        return hostLanes(host, Date.now).run(order, tell, signal);
      },
    },
    lease: localLeaseKeeper(lease, { now: Date.now, hasEnded }),
    past: pastOf(journals),
    journals: servedJournals(journals),
    canaries: canaryFiles(paths.canaries),
    evidence: evidenceShelf(paths.evidence),
    generated: generatedStoreAt(paths.generated),
    questions: questionShelf(paths.questions),
    keptFiles: keptFiles(paths),
    backups: {
      backUp: async (order, signal, progress) => (await backups()).backUp(order, signal, progress),
      list: async (signal) => (await backups()).list(signal),
      restore: async (backup, toFile, signal) => (await backups()).restore(backup, toFile, signal),
      prune: async (at, signal) => (await backups()).prune(at, signal),
    },
    judge: {
      rehearse: async (request, progress, signal) =>
        (await recovery()).judge.rehearse(request, progress, signal),
      drill: async (request, progress, signal) => (await recovery()).judge.drill(request, progress, signal),
    },
    restorer: remotePort<AgentPorts["restorer"]>(
      "restorer",
      portMethods.restorer,
      async (_, method, __, args) =>
        served((await recovery()).restorer, portMethods.restorer).call(method, args),
    ),
    artifacts: {
      look: async (id, signal) => (await import("./whole-artifact.ts")).wholeArtifact(machine, id, signal),
    },
    uploads: {
      begin: async (offer, signal) => (await uploads()).begin(offer, signal),
      finish: async (arrived, signal) => (await uploads()).finish(arrived, signal),
      giveUp: async (rooms, signal) => (await uploads()).giveUp(rooms, signal),
    },
  };
}

function loadedOnce<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => (loading ??= load());
}

/** How long what was under way may take to give up, once the deployer is gone: a command is killed 5 s after it was told to end. */
const graceMs = 10_000;

function end(): void {
  process.exitCode = 0;
  setTimeout(() => process.exit(), graceMs).unref();
}

main(process.argv.slice(2));
