import { createHash } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diskFull } from "../../artifacts/disk-full.ts";
import { platformName, thisPlatform, type Platform } from "../../artifacts/platform.ts";
import { tempName } from "../../artifacts/temp-name.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { hashFile } from "../../shared/hash-file.ts";
import type { Connection, RemoteResult } from "../ssh/connection.ts";
import { hostAgentName, type AgentBundle } from "./agent-bundle.ts";
import { installScript, leaveRoomScript, makeRoomScript, startScript, scriptExits } from "./agent-scripts.ts";
import { diskOfHost } from "./disk-of-host.ts";
import { platformIn, platformScript } from "./host-platform.ts";
import { isOfLostHost } from "./lost-host.ts";

/** What the agent on a host is: cozy's code, and the Node that it runs on. */
export interface AgentSource {
  readonly bundle: AgentBundle;
  /** A file of this machine; its name ends with its hash. */
  readonly node: { readonly id: string; readonly file: string };
  /**
   * The same Node for a host of another platform, as a file of this machine. On the host it lies under the name of this machine's own,
   * so that nobody has to know which platform a host has.
   */
  readonly nodeFor?: (platform: Platform, signal: AbortSignal) => Promise<string>;
  /** cozy's folder of agents on this machine, from which the code is sent. */
  readonly agents: string;
}

/** Where an agent is on a host. */
export interface AgentPlace {
  /** cozy's folder of agents there. */
  readonly folder: string;
  readonly source: AgentSource;
}

/** Starts the agent if it is there; else the exit code says what is missing. Pure. */
export function startCommand(
  { folder, source }: AgentPlace,
  project: string,
  environment: string,
): readonly string[] {
  const node = join(folder, source.node.id);
  const code = join(folder, source.bundle.hash, hostAgentName);
  return ["/bin/sh", "-c", startScript, "cozy", node, code, project, environment];
}

/** Whether the exit code of `startCommand` says that something has to be sent first. */
export function lacksAgent(exitCode: number | null): boolean {
  return exitCode === scriptExits.nodeMissing || exitCode === scriptExits.codeMissing;
}

const quickMs = 60_000;
const transferMs = 15 * 60_000;
const leaveMs = 15_000;

/**
 * Sends the agent to a host, and its Node where that is missing. Both lie under names of their hash, come in by one step each, and only
 * when their content is what was sent: several deployers can do this at once, and any of them can be killed.
 */
export async function installAgent(
  { folder, source: own }: AgentPlace,
  connection: Connection,
  what: { readonly node: boolean },
  signal: AbortSignal,
): Promise<void> {
  const source = what.node ? await fittingSource(own, connection, signal) : own;
  const place = { folder, source };
  const room = join(
    folder,
    `.incoming-${process.pid}-${source.bundle.hash}-${Math.trunc(performance.now())}`,
  );
  try {
    await sendAgent(place, room, connection, what, signal);
  } catch (error) {
    throw await leaveRoom(place, room, connection, what, error);
  }
}

/** With the Node that runs on the host, which is this machine's own where both have the same platform. */
async function fittingSource(
  source: AgentSource,
  connection: Connection,
  signal: AbortSignal,
): Promise<AgentSource> {
  const { nodeFor, node } = source;
  const asking = ["/bin/sh", "-c", platformScript];
  const { stdout } = await connection.run(asking, { timeoutMs: quickMs }, signal);
  const platform = platformIn(stdout);
  // What is not known can only be tried.
  if (nodeFor === undefined || platform === undefined) return source;
  if (platformName(platform) === platformName(thisPlatform())) return source;
  return { ...source, node: { id: node.id, file: await nodeFor(platform, signal) } };
}

async function sendAgent(
  { folder, source }: AgentPlace,
  room: string,
  connection: Connection,
  what: { readonly node: boolean },
  signal: AbortSignal,
): Promise<void> {
  await ran(connection, ["/bin/sh", "-c", makeRoomScript, "cozy", folder, room], "make room", signal);
  const local = await keepBundle(source);
  const send = (from: string, to: string) => connection.send({ from, to, timeoutMs: transferMs }, signal);
  const [sums] = await Promise.all([
    checksums(source, what.node),
    send(`${local}/`, `${room}/code/`),
    what.node ? send(source.node.file, `${room}/node`) : undefined,
  ]);
  const names = [folder, room, source.bundle.hash, what.node ? source.node.id : ""];
  await ran(
    connection,
    ["/bin/sh", "-c", installScript, "cozy", ...names],
    "take the agent in",
    signal,
    sums,
  );
}

/** Nothing of what came to nothing stays. Gives what there is to tell of it: the error, or the full disk that was behind it. */
async function leaveRoom(
  { folder, source }: AgentPlace,
  room: string,
  connection: Connection,
  what: { readonly node: boolean },
  error: unknown,
): Promise<unknown> {
  if (isOfLostHost(error)) return error;
  try {
    const command = ["/bin/sh", "-c", leaveRoomScript, "cozy", folder, room];
    const timeoutMs = leaveMs;
    const { stdout } = await connection.run(command, { timeoutMs }, AbortSignal.timeout(timeoutMs));
    const [blocks = Number.NaN, blockBytes = Number.NaN] = stdout.split(" ").map(Number);
    // Not a number where the folder can't be looked at.
    if (!(blocks * blockBytes <= (await bytesOf(source, what.node)))) return error;
    return diskOfHost(connection.host, diskFull(folder, error));
  } catch {
    return error;
  }
}

async function bytesOf({ bundle, node }: AgentSource, withNode: boolean): Promise<number> {
  const code = Object.values(bundle.files).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  return code + (withNode ? (await stat(node.file)).size : 0);
}

/** The code as files of this machine, under the names that it has on the host. */
async function keepBundle({ bundle, agents }: AgentSource): Promise<string> {
  const folder = join(agents, bundle.hash);
  if (await isThere(folder)) return folder;
  const temp = tempName(folder);
  try {
    await mkdir(temp, { recursive: true });
    for (const [name, content] of Object.entries(bundle.files)) await writeFile(join(temp, name), content);
    await rename(temp, folder);
  } catch (error) {
    // Another command may have put the very same folder there first.
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
  return folder;
}

/** As `sha256sum --check` reads them, by the names that the files have where they arrive. */
async function checksums({ bundle, node }: AgentSource, withNode: boolean): Promise<string> {
  const lines = Object.entries(bundle.files).map(
    ([name, content]) => `${createHash("sha256").update(content).digest("hex")}  code/${name}`,
  );
  if (withNode) lines.push(`${await hashFile(node.file)}  node`);
  return `${lines.join("\n")}\n`;
}

async function ran(
  connection: Connection,
  command: readonly string[],
  what: string,
  signal: AbortSignal,
  input = "",
): Promise<void> {
  const result = await connection.run(command, { input, timeoutMs: quickMs }, signal);
  if (result.exitCode !== 0) throw notInstalled(connection.host, what, result);
}

function notInstalled(host: string, what: string, { exitCode, stderr }: RemoteResult): CozyError {
  const details = stderr.trimEnd().split("\n").slice(-10);
  const state = `Nothing else was changed on ${host}.`;
  if (exitCode === scriptExits.damaged) {
    return new CozyError("upload-damaged", {
      message: `cozy's agent did not arrive on ${host} as it was sent.`,
      state,
      next: "Run the same command again.",
      details,
    });
  }
  if (exitCode === scriptExits.nodeBroken) {
    return new CozyError("agent-not-started", {
      message: `The Node of this machine does not run on ${host}: its system is another.`,
      state,
      next: "Run cozy on a machine with the same system and architecture as the hosts have.",
      details,
    });
  }
  return new CozyError("agent-not-started", {
    message: `${host} could not ${what}: it ended with ${exitCode ?? "a signal"}.`,
    state,
    next: "cozy setup <environment>: it makes cozy's folder on the host.",
    details,
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
