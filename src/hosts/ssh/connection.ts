import type { Duplex } from "node:stream";

/**
 * One host, reached over SSH: the connection is made once and shared by everything that is asked of it. Its key has to be pinned in
 * the project's own known_hosts; an unknown or changed one stops everything.
 */
export interface Connection {
  /** The host's name in the environment. */
  readonly host: string;
  /**
   * Runs a command and gives what it said. Words are quoted here and nowhere else. Rejects only where the host can't be reached, with
   * the signal's reason, and at the deadline; at the last two whatever the command started there is told to end, and killed 5 s later.
   */
  run(command: readonly string[], options: RunOptions, signal: AbortSignal): Promise<RemoteResult>;
  /**
   * Starts a command whose standard input and output are the stream; `ended` says how it ended, with the end of its stderr, and never
   * rejects. An abort closes both, and nothing more: the command has to end at the end of its input.
   */
  open(command: readonly string[], signal: AbortSignal): Promise<OpenCommand>;
  /**
   * Copies folders or files by rsync over the same connection: owners are not kept, modes and times are. `linkTo` names folders on the
   * host whose unchanged files are hard-linked instead of sent.
   */
  send(transfer: Transfer, signal: AbortSignal): Promise<TransferReport>;
  /** The other way round: `from` is on the host, and `to` on this machine. */
  receive(transfer: Pick<Transfer, "from" | "to" | "timeoutMs">, signal: AbortSignal): Promise<void>;
  /** For a person's own terminal: `ssh -t` with these words. */
  terminalCommand(command: readonly string[]): readonly string[];
  /** The same without a terminal: input, output and exit code pass as they come. Only over the shared connection, so after a `run`. */
  plainCommand(command: readonly string[]): readonly string[];
  /** Lets go of the shared connection. It ends by itself when nobody has used it for a while, so that the next command finds it warm. */
  close(): Promise<void>;
  /**
   * Has whatever comes next connect anew, whoever asks for it. What runs over the shared connection goes on, and that ends some time
   * after: another cozy may be in the middle of a deploy.
   */
  end(): Promise<void>;
}

export interface RunOptions {
  readonly input?: string | Buffer | undefined;
  /** As whom, by sudo; as who logged in where absent. */
  readonly as?: string | undefined;
  readonly timeoutMs: number;
  readonly onLine?: ((stream: "stdout" | "stderr", line: string) => void) | undefined;
}

export interface RemoteResult {
  /** `null` where a signal ended the command without a shell to tell of it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface OpenCommand {
  readonly stream: Duplex;
  /** `exitCode` is `null` where the connection was lost, so that it is not known how the command ended. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stderr: string }>;
}

export interface Transfer {
  /** On this machine; a folder's content where it ends with a slash. */
  readonly from: string;
  /** On the host. */
  readonly to: string;
  readonly linkTo?: readonly string[] | undefined;
  /** Files below `from`, relative to it; all of them where absent. */
  readonly only?: readonly string[] | undefined;
  /** Whether files are the same is told by their content; by size and time where absent. */
  readonly byContent?: boolean | undefined;
  readonly timeoutMs: number;
}

export interface TransferReport {
  readonly sentBytes: number;
  readonly files: number;
}
