import { createConnection, type NetConnectOpts } from "node:net";
import { readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { exclusiveLock } from "../../engine/exclusive-lock.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import { withDeadline } from "../../shared/deadline.ts";
import { pause } from "../../shared/pause.ts";
import { notReached, notTrusted, refused } from "./connect-errors.ts";
import { knownName, linesFor, standingOf, type KnownHosts } from "./known-hosts.ts";
import { lastSaid, runToFile, type Variables } from "./run-ssh.ts";
import { seenKey } from "./seen-key.ts";
import { tidyConnections } from "./ssh-files.ts";
import { masterCommand, settingsCommand, type SshFiles, type SshPlace } from "./ssh-command.ts";

export interface ConnectParts {
  readonly place: SshPlace;
  readonly files: SshFiles;
  readonly known: KnownHosts;
  readonly env: Variables;
  /** How long the connection stays without use. */
  readonly keepSeconds: number;
  /** A link that was cut is noticed after three times so many seconds. */
  readonly aliveSeconds: number;
  /** How long it may take altogether, in milliseconds. */
  readonly withinMs: number;
  readonly now: () => number;
  /** From 0 to 1: so that many deployers do not all come back at the same time. */
  readonly random: () => number;
}

/** Makes sure that the shared connection is there. Nothing has run on the host where it throws. */
export async function connect(parts: ConnectParts, signal: AbortSignal): Promise<void> {
  const { place, files, known, withinMs } = parts;
  if (await isConnected(parts, signal)) return;
  await tidyConnections(dirname(files.socket), parts.now());
  await writeAtomically(files.knownHosts, linesFor(known, knownName(place.address, place.port)));
  await withDeadline(signal, withinMs, `Connecting to ${place.host}`, async (within) => {
    // One at a time, because a second connection for the same socket would stay for nobody.
    const lock = await exclusiveLock(`${files.socket}.lock`, withinMs);
    if (lock === undefined) throw notReached(place, ["Another process has been connecting all the while."]);
    try {
      if (!(await isConnected(parts, within))) await makeConnection(parts, within);
    } finally {
      lock.release();
      await Promise.all([files.seen, files.said].map((file) => rm(file, { force: true })));
    }
  });
}

/** Whether the process that holds the connection listens on its socket: what `ssh -O check` asks, without a process for it. */
export function isConnected({ files }: Pick<ConnectParts, "files">, signal: AbortSignal): Promise<boolean> {
  return listens({ path: files.socket }, signal);
}

/**
 * sshd turns connections away at random while more than it wants are logging in (MaxStartups), before it shows its key. That is worth
 * further tries, and nothing has run meanwhile.
 */
async function makeConnection(parts: ConnectParts, signal: AbortSignal): Promise<void> {
  const { place, files, env, random, withinMs } = parts;
  const until = performance.now() + withinMs - 1_000;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 3_000)) {
    await Promise.all([files.socket, files.seen].map((file) => rm(file, { force: true })));
    const command = masterCommand(place, files, parts);
    if ((await runToFile(command, { env, said: files.said }, signal)) === 0) return;
    await refuseIfMet(parts);
    const told = await lastSaid(files.said);
    const pauseMs = waitMs * (0.5 + random());
    const isLast = performance.now() + pauseMs > until;
    if (isLast || !(await answersAtAll(parts, signal))) throw notReached(place, told);
    await pause(pauseMs, signal);
  }
}

/** A host that has shown its key was reached: either that key is not the pinned one, or nobody was let in. */
async function refuseIfMet({ place, files, known }: ConnectParts): Promise<void> {
  const shown = await seenKey(files.seen);
  if (shown === undefined) return;
  const standing = standingOf(known, knownName(place.address, place.port), shown);
  if (standing === "pinned") throw refused(place, await lastSaid(files.said));
  throw notTrusted(place, shown, standing);
}

/**
 * Whether something listens there at all. Behind a jump host that can't be known from here, so it may; with settings that this `ssh` does
 * not take, nothing will.
 */
async function answersAtAll({ place, files, env }: ConnectParts, signal: AbortSignal): Promise<boolean> {
  const { said } = files;
  if ((await runToFile(settingsCommand(place, files), { env, said }, signal)) !== 0) return false;
  const settings = parseSettings(await readFile(said, "utf8"));
  if (settings["proxyjump"] !== undefined || settings["proxycommand"] !== undefined) return true;
  const host = settings["hostname"] ?? place.address;
  return listens({ host, port: Number(settings["port"] ?? place.port) }, signal);
}

/** Pure: `ssh -G` gives a name and a value a line; the first of a name counts. */
export function parseSettings(text: string): Readonly<Record<string, string | undefined>> {
  const settings: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) settings[name] ??= value;
  }
  return settings;
}

const listenWithinMs = 3_000;

function listens(address: NetConnectOpts, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  return new Promise((resolve) => {
    const socket = createConnection({ ...address, signal, timeout: listenWithinMs });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
