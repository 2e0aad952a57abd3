import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { knowing } from "../engine/kept-elsewhere.ts";
import { isOfLostHost } from "../hosts/agent/lost-host.ts";
import { openServer, type OpenServer } from "../hosts/agent/open-server.ts";
import { knownHostsFile } from "../hosts/ssh/known-hosts-file.ts";
import { sshConnection, type SshOptions } from "../hosts/ssh/ssh-connection.ts";
import { sshPlace } from "../hosts/ssh/ssh-place.ts";
import type { Connection } from "../hosts/ssh/connection.ts";
import { onServers } from "../project/on-servers.ts";
import type { ServerHost } from "../project/servers.ts";
import { hostOperationKinds } from "../release/operations/index.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";
import { refusedHost } from "./refused-host.ts";
import { silentHost } from "./silent-host.ts";

/** A connection to every host of the environment, as the user who deploys or the one who sets up. Nothing is asked of them yet. */
export async function connectionsOf(
  context: CommandContext,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
  to: "deploy" | "set up" = "deploy",
): Promise<readonly Connection[]> {
  const target = onServers(environment);
  const options = sshOptions(context, project.root);
  return Promise.all(target.hosts.map((host) => sshConnection(sshPlace(target, host, to), options)));
}

/** A connection to a host that builds, which may be none of those that serve, as the user who deploys. */
export async function builderConnection(
  context: CommandContext,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
  builder: ServerHost,
): Promise<Connection> {
  const place = sshPlace(onServers(environment), builder, "deploy");
  return sshConnection(place, sshOptions(context, project.root));
}

function sshOptions({ env, now }: CommandContext, root: string): SshOptions {
  return {
    knownHosts: knownHostsFile(root),
    env,
    uid: process.getuid?.() ?? 0,
    now,
    random: Math.random,
  };
}

/** The servers of an environment, each with what is kept there, and those that can't be reached; that is found out here, all at once. */
export interface OpenServers {
  /** At least one, as the project file lists them. */
  readonly servers: readonly OpenServer[];
  readonly unreachable: readonly UnreachableHost[];
  /** That the others have seen. */
  readonly newestToken: number;
}

/** Whether a server that lets nobody in, or fails at what it is asked, stops the command, or is told of like one that is away. */
type Refusals = "thrown" | "told";

export async function openEachServer(
  context: CommandContext,
  opened: OpenEnvironment,
  refusals: Refusals = "thrown",
): Promise<OpenServers> {
  const servers = await serversOf(context, opened);
  const looks = await Promise.all(
    servers.map((server) => {
      const look = reachServer(server, opened, context.signal);
      return refusals === "thrown" ? look : look.catch((error: unknown) => toldOf(server, servers, error));
    }),
  );
  return {
    servers,
    unreachable: looks.filter((look) => typeof look === "object"),
    newestToken: Math.max(0, ...looks.filter((look) => typeof look === "number")),
  };
}

/** Of the only server that there is its own error says more. */
function toldOf({ host }: OpenServer, { length }: readonly OpenServer[], error: unknown): UnreachableHost {
  return length === 1 ? refusedHost(host.name, error) : silentHost(host.name, error);
}

/** The same servers before anything is asked of them: that takes `reachServer`. */
export async function serversOf(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<readonly OpenServer[]> {
  const { project, environment, machine } = opened;
  const { env, now, version } = context;
  const connections = await connectionsOf(context, opened);
  const servers = connections.map((connection) =>
    openServer({ connection, project: project.name, environment, machine, env, now, version }),
  );
  context.atEnd?.(() => {
    for (const server of servers) server.close();
  });
  return servers;
}

/** Connects to a server: why that can't be done, or the newest token that has come there. What is wrong with keys is thrown. */
export async function reachServer(
  server: Pick<OpenServer, "host">,
  opened: Pick<OpenEnvironment, "environment">,
  signal: AbortSignal,
): Promise<UnreachableHost | number> {
  return reach(server, signal).catch((error: unknown) => throwExplained(error, opened));
}

/** The hosts of an environment that runs on servers. */
export async function openServers(
  context: CommandContext,
  opened: OpenEnvironment,
  refusals?: Refusals,
): Promise<OpenFleet> {
  const target = onServers(opened.environment);
  const { servers, unreachable, newestToken } = await openEachServer(context, opened, refusals);
  const away = new Set(unreachable.map(({ host }) => host));
  const hosts = servers.filter(({ host }) => !away.has(host.name));
  const [keeper] = servers;
  if (keeper === undefined) throw new Error("a fleet has at least one host");
  const { lease, journals, past, canaries, evidence, generated, questions, backups, judge, restorer } =
    keeper;
  return {
    names: target.hosts.map(({ name }) => name),
    hosts: hosts.map(({ host }) => host),
    unreachable,
    newestToken,
    takeArtifact: async (name, artifact, signal) =>
      hosts.find(({ host }) => host.name === name)?.takeArtifact(artifact, signal),
    lease: knowing(lease, newestToken),
    journals,
    past,
    kept: { canaries, evidence, generated, questions, backups, judge, restorer },
    lanes: {
      kinds: new Set(Object.keys(hostOperationKinds)),
      of: (name) => hosts.find(({ host }) => host.name === name)?.lane,
    },
    parallelHosts: target.parallel,
  };
}

/**
 * The smallest question there is: the newest token that has come there. What is wrong with a host's key, or with the deployer's, is no
 * matter of reaching it. A connection that was lost may be one that an earlier command has left and that a sleep or another network has
 * cut since: it is worth one more try.
 */
async function reach(
  { host }: Pick<OpenServer, "host">,
  signal: AbortSignal,
  isFirst = true,
): Promise<UnreachableHost | number> {
  try {
    return await host.raiseFence(0, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isOfLostHost(error)) throw error;
    if (isFirst && error.code !== "host-unreachable") return reach({ host }, signal, false);
    return { host: host.name, why: messageOf(error) };
  }
}

/** Whoever connects does not know which environment it is for; the next command is to be given as it stands. */
export function throwExplained(
  error: unknown,
  { environment: { name } }: Pick<OpenEnvironment, "environment">,
): never {
  if (!(error instanceof CozyError) || error.code !== "login-refused") throw error;
  throw error.with({ next: error.next?.replaceAll("<environment>", name) });
}
