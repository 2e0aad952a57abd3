import { stat } from "node:fs/promises";
import { Duplex } from "node:stream";
import { CozyError } from "../../errors/cozy-error.ts";
import { withDeadline } from "../../shared/deadline.ts";
import { collectOutput } from "./collect-output.ts";
import { connect, isConnected, type ConnectParts } from "./connect.ts";
import { lost } from "./connect-errors.ts";
import type {
  Connection,
  OpenCommand,
  RemoteResult,
  RunOptions,
  Transfer,
  TransferReport,
} from "./connection.ts";
import { knownName, linesFor } from "./known-hosts.ts";
import { readKnownHosts } from "./known-hosts-file.ts";
import { parseSent, rsyncBackCommand, rsyncCommand } from "./rsync-command.ts";
import { runToFile, type Variables } from "./run-ssh.ts";
import { endOnAbort, startSession, type Session } from "./session.ts";
import { slots } from "./slots.ts";
import { leaveCommand, sessionCommand, terminalCommand, type SshPlace } from "./ssh-command.ts";
import { connectionsFolder, filesOf } from "./ssh-files.ts";
import { watchedCommand } from "./watched-command.ts";

export interface SshOptions {
  /** The project's file of pinned keys. */
  readonly knownHosts: string;
  /** The deployer's environment: where the agent and the settings of its SSH are. */
  readonly env: Variables;
  readonly uid: number;
  readonly now: () => number;
  readonly random: () => number;
  /** How long the connection stays without use; ten minutes where absent, in which a release is most likely to be taken back. */
  readonly keepSeconds?: number | undefined;
  /** A link that was cut is noticed after three times so many seconds; 5 where absent. */
  readonly aliveSeconds?: number | undefined;
  /** How long connecting may take, tries included; 30 s where absent. */
  readonly connectWithinMs?: number | undefined;
}

/** sshd lets ten sessions share a connection (MaxSessions); the rest are left for a person and for another cozy. */
const sessionsAtOnce = 7;

/** What `ssh` itself exits with; a command may do the same. */
const sshFailed = 255;

/** One host over the system's OpenSSH. Nothing is asked of the host before the first command. */
export async function sshConnection(place: SshPlace, options: SshOptions): Promise<Connection> {
  const known = await readKnownHosts(options.knownHosts);
  const folder = await connectionsFolder(options.uid);
  const files = filesOf(folder, place, linesFor(known, knownName(place.address, place.port)));
  const {
    env,
    now,
    random,
    keepSeconds = 600,
    aliveSeconds = 5,
    connectWithinMs: withinMs = 30_000,
  } = options;
  return new SshConnection({ place, files, known, env, now, random, keepSeconds, aliveSeconds, withinMs });
}

class SshConnection implements Connection {
  readonly host: string;
  readonly #parts: ConnectParts;
  readonly #slots = slots(sessionsAtOnce);
  #connecting: { readonly signal: AbortSignal; readonly done: Promise<void> } | undefined;
  #inUse = 0;
  /** When a session ended last, by the clock that only goes forward. */
  #usedAt = 0;

  constructor(parts: ConnectParts) {
    this.host = parts.place.host;
    this.#parts = parts;
  }

  async run(command: readonly string[], options: RunOptions, signal: AbortSignal): Promise<RemoteResult> {
    const { input = "", as, timeoutMs, onLine } = options;
    const bytes = Buffer.from(input);
    const words = watchedCommand(command, { inputBytes: bytes.length, as });
    const what = `${command[0] ?? "a command"} on ${this.host}`;
    return withDeadline(signal, timeoutMs, what, (within) =>
      this.#inSession(words, within, async (session) => {
        const stdout = collectOutput(session.child.stdout, onLine && ((line) => onLine("stdout", line)));
        const stderr = collectOutput(session.child.stderr, onLine && ((line) => onLine("stderr", line)));
        // It stays open: its end would end the command.
        session.child.stdin.write(bytes);
        const { exitCode } = await session.ended;
        within.throwIfAborted();
        if (exitCode === sshFailed) await this.#refuseIfLost(what, within);
        if (stdout.tooMuch || stderr.tooMuch) throw tooMuch(what);
        return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
      }),
    );
  }

  async open(command: readonly string[], signal: AbortSignal): Promise<OpenCommand> {
    const leave = await this.#enter(signal);
    const session = this.#start(["exec", ...command]);
    const forget = endOnAbort(session, signal);
    const stderr = collectOutput(session.child.stderr, undefined);
    const ended = this.#howItEnded(session).then((exitCode) => {
      forget();
      leave();
      return { exitCode, stderr: stderr.text().slice(-4_000) };
    });
    const stream = Duplex.from({ writable: session.child.stdin, readable: session.child.stdout });
    // A connection that is lost ends the stream; how it ended is told by `ended`.
    stream.on("error", () => undefined);
    return { stream, ended };
  }

  async send(transfer: Transfer, signal: AbortSignal): Promise<TransferReport> {
    const { place, files } = this.#parts;
    const { from, to, only = [], timeoutMs } = transfer;
    const copy = {
      command: rsyncCommand(place, files, transfer),
      input: only.join("\0"),
      what: `sending ${from} to ${this.host}`,
      state: `What arrived so far lies in ${to} on ${this.host}.`,
      failed: `${from} could not be sent to ${to} on ${this.host}`,
      timeoutMs,
    };
    return parseSent(await this.#copy(copy, signal));
  }

  async receive(transfer: Pick<Transfer, "from" | "to" | "timeoutMs">, signal: AbortSignal): Promise<void> {
    const { place, files } = this.#parts;
    const { from, to, timeoutMs } = transfer;
    const copy = {
      command: rsyncBackCommand(place, files, transfer),
      input: "",
      what: `receiving ${from} from ${this.host}`,
      state: `What arrived so far lies in ${to}.`,
      failed: `${from} on ${this.host} could not be received in ${to}`,
      timeoutMs,
    };
    await this.#copy(copy, signal);
  }

  async #copy(
    { command, input, what, state, failed, timeoutMs }: Copy,
    signal: AbortSignal,
  ): Promise<string> {
    return withDeadline(signal, timeoutMs, what, async (within) => {
      const leave = await this.#enter(within);
      const session = startSession(command, this.#parts.env);
      const forget = endOnAbort(session, within);
      try {
        const stdout = collectOutput(session.child.stdout, undefined);
        const stderr = collectOutput(session.child.stderr, undefined);
        session.child.stdin.end(input);
        const { exitCode } = await session.ended;
        within.throwIfAborted();
        if (exitCode === 0) return stdout.text();
        await this.#refuseIfLost(what, within);
        throw notCopied({ failed, state }, exitCode, stderr.text());
      } finally {
        forget();
        leave();
      }
    });
  }

  terminalCommand(command: readonly string[]): readonly string[] {
    return terminalCommand(this.#parts.place, this.#parts.files, command);
  }

  plainCommand(command: readonly string[]): readonly string[] {
    return sessionCommand(this.#parts.place, this.#parts.files, command);
  }

  async close(): Promise<void> {
    this.#connecting = undefined;
  }

  async end(): Promise<void> {
    const { place, files, env } = this.#parts;
    this.#connecting = undefined;
    await runToFile(leaveCommand(place, files), { env }, AbortSignal.timeout(5_000));
  }

  async #inSession<T>(
    command: readonly string[],
    signal: AbortSignal,
    action: (session: Session) => Promise<T>,
  ): Promise<T> {
    const leave = await this.#enter(signal);
    const session = this.#start(command);
    const forget = endOnAbort(session, signal);
    try {
      return await action(session);
    } finally {
      forget();
      leave();
    }
  }

  #start(command: readonly string[]): Session {
    const { place, files, env } = this.#parts;
    return startSession(sessionCommand(place, files, command), env);
  }

  /**
   * Connects once; again where that failed or was lost, or where nobody used it for so long that it may have ended. Who waits for
   * another's try makes one of its own if that one gave up.
   */
  async #connect(signal: AbortSignal): Promise<void> {
    for (;;) {
      const others = this.#isStale() || !(await this.#isShared()) ? undefined : this.#connecting;
      if (others === undefined) return this.#connectNow(signal);
      try {
        return await others.done;
      } catch (error) {
        signal.throwIfAborted();
        if (!others.signal.aborted) throw error;
      }
    }
  }

  async #connectNow(signal: AbortSignal): Promise<void> {
    const connecting = { signal, done: connect(this.#parts, signal) };
    this.#connecting = connecting;
    this.#usedAt = Number.POSITIVE_INFINITY;
    try {
      await connecting.done;
    } catch (error) {
      if (this.#connecting === connecting) this.#connecting = undefined;
      throw error;
    } finally {
      this.#usedAt = performance.now();
    }
  }

  #isStale(): boolean {
    const idleMs = performance.now() - this.#usedAt;
    return this.#inUse === 0 && idleMs > (this.#parts.keepSeconds * 1_000) / 2;
  }

  /** Another cozy may have had it that whatever comes next connects anew. */
  async #isShared(): Promise<boolean> {
    if (this.#usedAt === Number.POSITIVE_INFINITY) return true;
    return stat(this.#parts.files.socket).then(
      () => true,
      () => false,
    );
  }

  /** A session's right to be there; to be left when it ends. */
  async #enter(signal: AbortSignal): Promise<() => void> {
    await this.#connect(signal);
    const leave = await this.#slots.enter(signal);
    this.#inUse += 1;
    return () => {
      this.#inUse -= 1;
      this.#usedAt = performance.now();
      leave();
    };
  }

  async #howItEnded(session: Session): Promise<number | null> {
    const exitCode = await session.ended.then(
      (ended) => ended.exitCode,
      () => null,
    );
    if (exitCode !== sshFailed) return exitCode;
    const isThere = await isConnected(this.#parts, AbortSignal.timeout(5_000)).catch(() => false);
    if (!isThere) this.#connecting = undefined;
    return isThere ? exitCode : null;
  }

  async #refuseIfLost(what: string, signal: AbortSignal): Promise<void> {
    if (await isConnected(this.#parts, signal)) return;
    this.#connecting = undefined;
    throw lost(this.#parts.place, what);
  }
}

function tooMuch(what: string): CozyError {
  return new CozyError("defect", { message: `${what} said more than cozy reads of a command.` });
}

interface Copy {
  readonly command: readonly string[];
  readonly input: string;
  /** For messages: what it does, that it failed, and what is there then. */
  readonly what: string;
  readonly failed: string;
  readonly state: string;
  readonly timeoutMs: number;
}

function notCopied(
  { failed, state }: Pick<Copy, "failed" | "state">,
  exitCode: number | null,
  stderr: string,
): CozyError {
  return new CozyError("transfer-failed", {
    message: `${failed}: rsync ended with ${exitCode ?? "a signal"}.`,
    details: stderr.trimEnd().split("\n").slice(-5),
    state,
  });
}
