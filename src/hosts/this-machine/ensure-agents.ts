import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { ensureSupervisor } from "../../instances/ensure-supervisor.ts";
import { installAgents } from "../../instances/install-agents.ts";
import { ensureProxy, supervisorState } from "../../instances/supervisor-client.ts";
import { ensureProofToken } from "../../routing/proof-token.ts";
import { proxyCommand } from "../../routing/proxy-command.ts";
import { proxySettings, writeProxySettings, type ProxySettingsFile } from "../../routing/proxy-settings.ts";
import { shortRunFolder } from "../../routing/run-folder.ts";
import type { EnvironmentPaths, MachinePaths } from "../environment-paths.ts";
import type { AgentsReport, ProxySettings } from "../host.ts";
import { proofTokenFile, proxySettingsFile, type RunPlaces } from "./places.ts";
import { agentNode, distAgents } from "../machine/agent-code.ts";
import type { ReleaseAgents } from "../machine/release-agents.ts";

export interface AgentsRequest {
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  readonly places: RunPlaces;
  readonly proxy: ProxySettings;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** Has the supervisor and the proxy run from copies of their own, in this cozy's version or a newer one. */
export async function ensureAgents(request: AgentsRequest, signal: AbortSignal): Promise<AgentsReport> {
  const { paths, places } = request;
  await layFolders(paths, places);
  const at = { folder: paths.supervisor, controlSocket: places.supervisorSocket };
  if ((await supervisorState(at, signal))?.proxy?.state !== "running") await refuseTakenPort(request.proxy);
  const { supervisor, code, nodeBinary } = await ensureSupervisorOnly(request, signal);
  const settings = await layProxySettings(request);
  const command = proxyCommand(nodeBinary, code.proxy, proxySettingsFile(paths));
  const proxy = await ensureProxy(
    at,
    {
      command,
      controlSocket: places.proxySocket,
      settingsFile: proxySettingsFile(paths),
      hash: createHash("sha256")
        .update(JSON.stringify([command, settings]))
        .digest("hex")
        .slice(0, 16),
      logFile: join(paths.logs, "proxy.log"),
    },
    signal,
  );
  return { supervisor: supervisor.outcome, proxy: proxy.outcome };
}

/** The supervisor alone: it takes up whatever instances of this environment run. */
export async function ensureSupervisorOnly(request: Omit<AgentsRequest, "proxy">, signal: AbortSignal) {
  const { machine, paths, places, version } = request;
  const [code, nodeBinary] = await Promise.all([
    installAgents({ agents: machine.agents, distAgents: distAgents() }),
    agentNode(request, signal),
  ]);
  const supervisor = await ensureSupervisor(
    {
      folder: paths.supervisor,
      controlSocket: places.supervisorSocket,
      runFolder: places.run,
      logFolder: paths.logs,
      version,
      hash: code.hash,
      agentFile: code.supervisor,
      nodeBinary,
    },
    signal,
  );
  return { supervisor, code, nodeBinary };
}

/** What of cozy's own a release can be started with, from copies that outlive the package. */
export async function agentFiles(
  request: Pick<AgentsRequest, "machine" | "env" | "now">,
  signal: AbortSignal,
): Promise<ReleaseAgents> {
  const [code, node] = await Promise.all([
    installAgents({ agents: request.machine.agents, distAgents: distAgents() }),
    agentNode(request, signal),
  ]);
  return { node, relay: code.relay, schedules: code.schedules, backup: code.backup };
}

async function layFolders(paths: EnvironmentPaths, places: RunPlaces): Promise<void> {
  await mkdir(paths.root, { recursive: true });
  const own = [paths.run, paths.supervisor, paths.logs, paths.database];
  await Promise.all(own.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
  await Promise.all([paths.static, paths.media].map((folder) => mkdir(folder, { recursive: true })));
  await shortRunFolder(paths.run);
  await mkdir(dirname(places.proxySocket), { recursive: true, mode: 0o700 });
}

async function layProxySettings({ paths, places, proxy }: AgentsRequest): Promise<ProxySettingsFile> {
  await ensureProofToken(proofTokenFile(paths));
  const settings = proxySettings({
    address: proxy.address,
    port: proxy.port,
    runFolder: places.run,
    realRunFolder: paths.run,
    controlSocket: places.proxySocket,
    proofTokenFile: proofTokenFile(paths),
    static: proxy.staticUrl === undefined ? undefined : { url: proxy.staticUrl, folder: paths.static },
    media: proxy.mediaUrl === undefined ? undefined : { url: proxy.mediaUrl, folder: paths.media },
    accessLog: { file: join(paths.logs, "access.log") },
  });
  await writeProxySettings(proxySettingsFile(paths), settings);
  return settings;
}

/** Found out before anything is started, since the proxy could only fail over and over. */
async function refuseTakenPort({ address, port }: ProxySettings): Promise<void> {
  const fault = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(systemCode(error) ?? error.message));
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
  if (fault === undefined) return;
  throw new CozyError("port-taken", {
    message:
      fault === "EADDRINUSE"
        ? `Another program listens on ${address}:${port}.`
        : `${address}:${port} can't be listened on (${fault}).`,
    state: "Nothing was started.",
    next: "Set another port for the environment in cozy.config.ts, or end that program.",
  });
}
