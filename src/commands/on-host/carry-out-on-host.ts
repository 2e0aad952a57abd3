import { spawn } from "node:child_process";
import type { EventEmitter } from "node:events";
import { hostname } from "node:os";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { thisOwner } from "../../engine/process-identity.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { runInteractively } from "../../hosts/this-machine/run-interactively.ts";
import type { Connection } from "../../hosts/ssh/connection.ts";
import type { CommandContext } from "../command-context.ts";
import type { OpenEnvironment } from "../open-environment.ts";
import { connectionsOf } from "../open-servers.ts";
import type { RequestsOfOthers } from "../../promises/requests-of-others.ts";
import { cozyBundle } from "./bundle.ts";
import { layOrder, orderPlaceOn, type LaidOrder, type OrderPlace } from "./order-place.ts";
import { terminalVariablesIn, type Order } from "./order.ts";

export interface OnHostOptions {
  /** The first host where absent: it keeps the lease, the journal and all else that an environment has once. */
  readonly host?: string | undefined;
  /** Whether what comes through a pipe here is the command's. */
  readonly takesInput: boolean;
  /** What the other hosts said already. */
  readonly others?: RequestsOfOthers | undefined;
}

type Opened = Pick<OpenEnvironment, "project" | "environment" | "machine">;

/**
 * Has cozy on a host carry out this very command line, as the deployer's user there, and gives its exit code. At a terminal the host's
 * cozy gets one too, so that it can ask, and draw; else output passes as it comes.
 */
export async function carryOutOnHost(
  context: CommandContext,
  opened: Opened,
  { host, takesInput, others }: OnHostOptions,
): Promise<number> {
  const connection = connectionTo(await connectionsOf(context, opened), opened, host);
  const place = await orderPlaceFor(context, opened);
  const isTerminal = isAtTerminal(context);
  const order = await orderFor(context, opened, {
    host: connection.host,
    argv: context.argv ?? [],
    endsWithInput: !isTerminal && !takesInput,
    others,
  });
  const laid = await layOrder(connection, place, order, context.signal);
  if (!isTerminal) return passThrough(context, connection, laid, takesInput);
  return runInteractively(
    {
      command: connection.terminalCommand(laid.command),
      folder: context.cwd,
      variables: definedIn(context.env),
      limits: { memoryBytes: undefined, openFiles: undefined },
    },
    { signals: context.takeSignals(), atTerminal: true },
  );
}

/** What is sent to hosts that an order goes to. */
export async function orderPlaceFor(context: CommandContext, { machine }: Opened): Promise<OrderPlace> {
  return orderPlaceOn(await cozyBundle({ machine, ...context }));
}

export async function orderFor(
  { env, stdout, stderr }: CommandContext,
  { project }: Opened,
  about: Pick<Order, "host" | "argv" | "endsWithInput" | "others">,
): Promise<Order> {
  const { user, ci } = await thisOwner({ ...env });
  const streamOf = ({ isTTY, columns }: CommandContext["stdout"]) => ({ isTTY: isTTY === true, columns });
  return {
    format: 1,
    ...about,
    project,
    who: { user, host: hostname(), ci },
    terminal: {
      stdout: streamOf(stdout),
      stderr: streamOf(stderr),
      variables: terminalVariablesIn(env),
    },
  };
}

/** The connection to the host of that name; to the first one where none is named. */
export function connectionTo(
  connections: readonly Connection[],
  { environment }: Pick<OpenEnvironment, "environment">,
  name: string | undefined,
): Connection {
  const found = name === undefined ? connections[0] : connections.find(({ host }) => host === name);
  if (found !== undefined) return found;
  throw new CozyError("wrong-usage", {
    message: `${environment.name} has no host "${name}".`,
    details: [`Its hosts: ${connections.map(({ host }) => host).join(", ")}`],
  });
}

/** A prompt can be shown, and answered. */
function isAtTerminal({ stdin, stdout, stderr, json }: CommandContext): boolean {
  const isInput = "isTTY" in stdin && stdin.isTTY === true;
  return isInput && stdout.isTTY === true && stderr.isTTY === true && !json;
}

/** What `ssh` itself exits with; a command may do the same. */
const sshFailed = 255;

async function passThrough(
  context: CommandContext,
  connection: Connection,
  laid: LaidOrder,
  takesInput: boolean,
): Promise<number> {
  const { stdin, stdout, stderr } = context;
  const [program = "", ...words] = connection.plainCommand(laid.command);
  const child = spawn(program, words, {
    env: { ...context.env },
    // A Ctrl-C here is cozy's to pass on: the host's cozy ends orderly, and says so, over the connection that is still there.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode ?? sshFailed));
  });
  // The command may end before it has read all of it.
  child.stdin.on("error", () => undefined);
  if (takesInput) giveInput(stdin, child.stdin);
  const outputs = [
    pipeline(child.stdout, stdout, { end: false }),
    pipeline(child.stderr, stderr, { end: false }),
  ];
  // Whoever read the output here has gone: the command has nobody to tell anything.
  for (const output of outputs) output.catch(() => void child.kill("SIGTERM"));
  const forget = passSignals(context.takeSignals(), laid);
  try {
    const exitCode = await ended;
    await Promise.allSettled(outputs);
    if (exitCode === sshFailed) await refuseIfCut(connection, laid);
    return exitCode;
  } finally {
    forget();
    if (takesInput) stdin.unpipe(child.stdin).destroy();
  }
}

/** What is typed is not: without a terminal of its own a command has nobody to ask. */
function giveInput(from: Readable, to: Writable): void {
  if ("isTTY" in from && from.isTTY === true) to.end();
  else from.pipe(to);
}

/** A signal counts for the command over there; how it ends then is told by its exit code. */
function passSignals(signals: EventEmitter, laid: LaidOrder): () => void {
  const all = (["INT", "TERM", "HUP"] as const).map((name) => {
    const pass = () => void laid.tell(name, AbortSignal.timeout(tellMs)).catch(() => undefined);
    signals.on(`SIG${name}`, pass);
    return () => void signals.off(`SIG${name}`, pass);
  });
  return () => {
    for (const forget of all) forget();
  };
}

const tellMs = 10_000;

async function refuseIfCut(connection: Connection, laid: LaidOrder): Promise<void> {
  const within = AbortSignal.timeout(tellMs);
  const goesOn = await laid.goesOn(within).catch(() => true);
  if (!goesOn) return;
  throw new CozyError("connection-lost", {
    message: `The connection to ${connection.host} was lost while a command went on there.`,
    state: `How far it came is not known; it may still go on, on ${connection.host}.`,
    next: `When ${connection.host} can be reached again: the same command.`,
  });
}

function definedIn(env: CommandContext["env"]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
