import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { openServer, type OpenServer } from "../hosts/agent/open-server.ts";
import { knownHostsFile } from "../hosts/ssh/known-hosts-file.ts";
import { sshConnection } from "../hosts/ssh/ssh-connection.ts";
import { sshPlace } from "../hosts/ssh/ssh-place.ts";
import type { Connection } from "../hosts/ssh/connection.ts";
import { onServers } from "../project/on-servers.ts";
import { hostOperationKinds } from "../release/operations/index.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import type { OpenFleet } from "./open-hosts.ts";

/** A connection to every host of the environment, as the user who deploys or the one who sets up. Nothing is asked of them yet. */
export async function connectionsOf(
  { env, now }: CommandContext,
  { project, environment }: Pick<OpenEnvironment, "project" | "environment">,
  to: "deploy" | "set up" = "deploy",
): Promise<readonly Connection[]> {
  const target = onServers(environment);
  const options = {
    knownHosts: knownHostsFile(project.root),
    env,
    uid: process.getuid?.() ?? 0,
    now,
    random: Math.random,
  };
  return Promise.all(target.hosts.map((host) => sshConnection(sshPlace(target, host, to), options)));
}

/** The hosts of an environment that runs on servers; which of them can be reached is found out here, all at once. */
export async function openServers(context: CommandContext, opened: OpenEnvironment): Promise<OpenFleet> {
  const { project, environment, machine } = opened;
  const target = onServers(environment);
  const { env, now, version, signal } = context;
  const connections = await connectionsOf(context, opened);
  const servers = connections.map((connection) =>
    openServer({ connection, project: project.name, environment, machine, env, now, version }),
  );
  context.atEnd?.(() => {
    for (const server of servers) server.close();
  });
  const reached = await Promise.all(
    servers.map(async (server) => ({ server, unreachable: await reach(server, signal) })),
  );
  const unreachable = reached.flatMap((one) => one.unreachable ?? []);
  const hosts = reached.flatMap((one) => (one.unreachable === undefined ? [one.server] : []));
  const [keeper] = servers;
  if (keeper === undefined) throw new Error("a fleet has at least one host");
  const { lease, journals, past, canaries, evidence, generated, questions, backups } = keeper;
  return {
    names: target.hosts.map(({ name }) => name),
    hosts: hosts.map(({ host }) => host),
    unreachable,
    lease,
    journals,
    past,
    kept: { canaries, evidence, generated, questions, backups },
    lanes: {
      kinds: new Set(Object.keys(hostOperationKinds)),
      of: (name) => hosts.find(({ host }) => host.name === name)?.lane,
    },
    parallelHosts: target.parallel,
  };
}

/**
 * The smallest question there is. What is wrong with a host's key, or with the deployer's, is no matter of reaching it. A connection that
 * was lost may be one that an earlier command has left and that a sleep or another network has cut since: it is worth one more try.
 */
async function reach(
  { host }: Pick<OpenServer, "host">,
  signal: AbortSignal,
  isFirst = true,
): Promise<UnreachableHost | undefined> {
  try {
    await host.raiseFence(0, signal);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CozyError) || !unreachableCodes.has(error.code)) throw error;
    if (isFirst && error.code !== "host-unreachable") return reach({ host }, signal, false);
    return { host: host.name, why: messageOf(error) };
  }
}

const unreachableCodes: ReadonlySet<string> = new Set([
  "host-unreachable",
  "host-connection-lost",
  "connection-lost",
]);
