import { createInterface } from "node:readline";
import type { Connection } from "../hosts/ssh/connection.ts";
import { logLineText, parseTold, type LogLine } from "../logs/log-line.ts";
import { mergeLines, type Merge } from "../logs/merge-lines.ts";
import type { CommandContext } from "./command-context.ts";
import { connectionTo, orderFor, orderPlaceFor } from "./on-host/carry-out-on-host.ts";
import { layOrder, type OrderPlace } from "./on-host/order-place.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { connectionsOf } from "./open-servers.ts";
import { whyNotAsked } from "./refused-host.ts";

/** How often held-back lines are looked at. */
const flushEveryMs = 50;

/**
 * Shows the logs of all hosts, or of one, by time. What a host that can't be reached has to say is missing, which the exit code tells: 1.
 */
export async function showLogsOfFleet(
  context: CommandContext,
  opened: OpenEnvironment,
  host: string | undefined,
): Promise<number> {
  const all = await connectionsOf(context, opened);
  const connections = host === undefined ? all : [connectionTo(all, opened, host)];
  // Before the timer, which keeps the program alive where this fails.
  const place = await orderPlaceFor(context, opened);
  const names = connections.map((connection) => connection.host);
  const width = Math.max(...names.map((name) => name.length));
  const print = (line: LogLine) =>
    context.stdout.write(context.json ? `${JSON.stringify(line)}\n` : logLineText(line, width));
  const merge = mergeLines(names, context.now, print);
  const flushing = setInterval(() => merge.flush(context.now()), flushEveryMs);
  const reading = new AbortController();
  const end = () => reading.abort(context.signal.reason);
  context.signal.addEventListener("abort", end, { once: true });
  try {
    const outcomes = await Promise.all(
      connections.map(async (connection) => {
        try {
          await readHost(context, opened, { connection, place, merge }, reading.signal);
          return true;
        } catch (error) {
          if (context.signal.aborted) return true; // which is how a follow ends well
          context.stderr.write(`${connection.host} can't be heard: ${whyNotAsked(error)}\n`);
          return false;
        } finally {
          merge.caughtUp(connection.host);
        }
      }),
    );
    return outcomes.every(Boolean) ? 0 : 1;
  } finally {
    clearInterval(flushing);
    context.signal.removeEventListener("abort", end);
    merge.end();
  }
}

interface Reading {
  readonly connection: Connection;
  readonly place: OrderPlace;
  readonly merge: Merge;
}

async function readHost(
  context: CommandContext,
  opened: OpenEnvironment,
  { connection, place, merge }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const { host } = connection;
  const order = await orderFor(context, opened, { host, argv: context.argv ?? [], endsWithInput: true });
  const laid = await layOrder(connection, place, order, signal);
  // The end of its input ends the host's cozy, and nothing else does: the connection is still there for that.
  const { stream, ended } = await connection.open(laid.command, new AbortController().signal);
  const end = () => void stream.destroy();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const complaints: string[] = [];
  const lines = createInterface({ input: stream });
  // A stream that was cut does not end, and its lines would be waited for.
  stream.once("close", () => lines.close());
  for await (const text of lines) {
    const told = parseTold(text);
    if (told === "caught up") merge.caughtUp(host);
    else if (told !== undefined) merge.line(told);
    else complaints.push(text);
  }
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  const { exitCode, stderr } = await ended;
  if (exitCode === 0) return;
  const said = [...complaints, ...stderr.trim().split("\n")].filter((line) => line !== "").slice(-5);
  const how = exitCode === null ? "the connection was lost" : `it ended with exit code ${exitCode}`;
  throw new Error([how, ...said].join("\n"));
}
